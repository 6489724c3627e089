import { expect, test } from "vitest";
import { browserWords } from "./browser-words.ts";

test("a browser is told by the name people know it by, although most claim to be several", () => {
  const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
  const said = [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/140.0.0.0`,
    `Mozilla/5.0 (X11; Linux x86_64) ${chrome}`,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
    "curl/8.5.0",
  ];
  expect(said.map(browserWords)).toEqual([
    ...["Edge on Windows", "Chrome on Linux", "Safari on iPhone", "Firefox on macOS", "An unknown browser"],
  ]);
});
