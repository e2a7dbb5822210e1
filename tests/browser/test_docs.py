"""Swagger UI: shows the document, asks the API, and needs no other host."""

from playwright.sync_api import expect

from tests.browser.conftest import Open, Site


def test_the_document_is_shown_and_tried(visit: Open, site: Site) -> None:
    opened = visit(f"{site.url}/docs")
    page = opened.page
    expect(page.locator(".opblock")).to_have_count(22)
    page.locator("#operations-videos-listVideos").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    expect(page.locator(".live-responses-table")).to_contain_text(site.titles("/videos")[0])
    assert opened.requests
    assert all(url.startswith((f"{site.url}/", "data:")) for url in opened.requests)
