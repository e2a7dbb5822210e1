"""What a deployment keeps, for how long, and whom to ask: one page that needs nothing else.

YouTube's developer policies (III.A.2) ask for such a page wherever data of its API is shown.
"""

from datetime import timedelta
from html import escape
from http import HTTPStatus
from urllib.parse import quote

from newsreel.settings import ApiSettings
from newsreel.web.answers import A_MINUTE, Answer
from newsreel.web.dashboard import hash_source

TERMS = "https://www.youtube.com/t/terms"
POLICY = "https://policies.google.com/privacy"
COPY_AT_MOST = 30
"""Days that a copy of YouTube's data may be old, by section III.E.4 of the policies."""

STYLE = """
:root {
  color-scheme: light dark;
  --ink: light-dark(#16181b, #eef0f2);
  --soft: light-dark(#5a5f66, #a3abb5);
  --line: light-dark(#e4e4e0, #2a2f35);
  --accent: light-dark(#2f54eb, #8fabff);
  font: 400 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  -webkit-text-size-adjust: 100%;
}
body { margin: 0; background: light-dark(#fcfcfb, #111316); color: var(--ink); overflow-wrap: anywhere; }
header, main { max-width: 680px; margin: 0 auto; padding: 0 clamp(16px, 5vw, 32px); }
header { padding-block: 20px; }
main { padding-bottom: 72px; }
h1 { margin: 12px 0 8px; font-size: clamp(26px, 6vw, 34px); line-height: 1.2; letter-spacing: -.025em; text-wrap: balance; }
h2 { margin: 36px 0 8px; padding-top: 24px; border-top: 1px solid var(--line); font-size: 19px; letter-spacing: -.015em; }
p, ul { margin: 8px 0; }
ul { padding-left: 22px; }
li { margin: 6px 0; }
.lead { color: var(--soft); font-size: 17px; }
a { color: var(--accent); text-underline-offset: 3px; }
.brand { display: inline-flex; align-items: center; gap: 10px; color: inherit; font-size: 18px; font-weight: 650; letter-spacing: -.025em; text-decoration: none; border-radius: 8px; }
.brand svg { width: 28px; height: 28px; }
.mark { fill: light-dark(#2f54eb, #5b7cfa); }
.mark-play { fill: #fff; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
"""  # noqa: E501 - a rule a line
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src '{hash_source(STYLE)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}


def page(settings: ApiSettings) -> Answer:
    """The page for these settings. Its addresses are relative, so that it works below any path."""
    body = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="What this newsreel keeps, for how long, and whom to ask.">
<meta name="color-scheme" content="light dark">
<title>Privacy · newsreel</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
<header>
<a class="brand" href="./" aria-label="newsreel, back to the videos">
<svg viewBox="0 0 32 32" aria-hidden="true"><rect class="mark" width="32" height="32" rx="9"/><path class="mark-play" d="M12.5 9.6v12.8L23 16z"/></svg>
<span>newsreel</span>
</a>
</header>
<main>
<h1>What is kept here</h1>
<p class="lead">This newsreel shows videos of YouTube that its operator's searches found. There are no accounts, and
nobody is followed.</p>

<h2>About you</h2>
<ul>
<li><strong>Cookies:</strong> newsreel sets none.</li>
<li><strong>In your browser:</strong> one entry of its local storage, <code>single-keys</code>, if you turn the
shortcuts <code>/</code> and <code>?</code> off or on. It never leaves your browser.</li>
{_password(settings)}<li><strong>In the log:</strong> where newsreel runs on AWS, the log of each request has its time, your IP address, the
method and path, the answer's status, size and duration. Neither what you search for nor your browser's name is in it.
It is kept for {_days(settings.log_retention)}, to find faults and abuse, and then deleted. Where newsreel runs on one
machine, there is no such log.</li>
</ul>
<p>The log lies with Amazon Web Services, and is shared with nobody else.</p>

<h2>What YouTube and Google learn</h2>
<ul>
<li><strong>Pictures</strong> of the videos come from YouTube's servers. They learn your IP address, as any site does.</li>
<li><strong>The player</strong> is YouTube's own, from <code>youtube-nocookie.com</code>. It is loaded only when you start
a video, or open a link to one. It learns which site shows it. It may set cookies and keep data in your browser, under
Google's policy. When a video is made for kids, or newsreel does not know, the page does not listen to the player at
all.</li>
<li><strong>Links</strong> to YouTube lead to YouTube.</li>
</ul>
<p>newsreel uses the YouTube API Services. Who uses it agrees to <a href="{TERMS}">YouTube's Terms of Service</a>;
<a href="{POLICY}">Google's Privacy Policy</a> says what Google does with data.</p>

<h2>About the videos</h2>
<p>Of each video newsreel keeps what YouTube's API says to everybody: title, description, channel, pictures' addresses,
times, length, counts, and whether it may be shown on other sites. It never asks for anything about a signed-in person.</p>
<ul>
<li>A video is kept for {_days(settings.retention)} at most, from when it was found.</li>
<li>No copy is older than {COPY_AT_MOST} days: what has not been fetched again by then is not shown, and is deleted.</li>
<li>What is changed or deleted on YouTube is changed or deleted here when it is fetched again.</li>
<li>Back-ups reach back one day.</li>
</ul>
<p>The operator may have new videos sent to programs, chats and mailboxes. What is sent there is out of newsreel's hands;
which videos were sent is known here for 30 days.</p>
{_fallback(settings)}
<h2>Whom to ask</h2>
<p>{_whom(settings.operator_contact)}</p>
<p><a href="./">Back to the videos</a></p>
</main>
</body>
</html>
"""  # noqa: E501 - a path of the brand's drawing
    return Answer(HTTPStatus.OK, "text/html; charset=utf-8", body, A_MINUTE, HEADERS)


def _days(span: timedelta) -> str:
    return f"{span.days:,} day{'' if span.days == 1 else 's'}"


def _password(settings: ApiSettings) -> str:
    """What is said where one is asked for."""
    if settings.access != "private":
        return ""
    return (
        "<li><strong>The password:</strong> your browser keeps it, and sends it with each request. It is the same for "
        "all readers, so it tells nobody who you are, and it is in no log.</li>\n"
    )


def _fallback(settings: ApiSettings) -> str:
    """What is said where not only YouTube is asked."""
    if not settings.invidious_urls:
        return ""
    return (
        "<p>When YouTube's API cannot be asked, this newsreel asks instances of Invidious instead, which are not "
        f"YouTube's. A video that only they know is kept for {COPY_AT_MOST} days at most.</p>\n"
    )


def _whom(contact: str) -> str:
    """How to reach the operator; `contact` is an e-mail address, an https URL or empty, and trusted no further."""
    if not contact:
        return "Ask whoever gave you this address: newsreel's operator has named no other way."
    address = contact if contact.startswith("https://") else f"mailto:{quote(contact, safe='@')}"
    return (
        "About what is kept here, or to have it deleted, ask newsreel's operator: "
        f'<a href="{escape(address)}" rel="nofollow">{escape(contact)}</a>.'
    )
