// Makes the dashboard's script from its modules. Argument: the file to write, in place of the committed one.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const dashboard = fileURLToPath(new URL("../functions/api/dashboard/", import.meta.url));

await build({
  entryPoints: [`${dashboard}modules/main.js`],
  outfile: process.argv[2] ?? `${dashboard}dashboard.js`,
  bundle: true,
  format: "esm",
  minify: true,
  charset: "utf8",
  banner: { js: "// Made from modules/ by `make dashboard`." },
});
