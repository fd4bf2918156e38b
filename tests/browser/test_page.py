"""The report page as Chromium shows it."""

import json
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import report_samples

from invoicekit.batch import Standing

from .conftest import Browser

Page = Callable[..., Path]

_CONTRAST = """
const parse=c=>{const m=c.match(/[\\d.]+/g).map(Number);return m};
const lum=([r,g,b])=>{const f=v=>{v/=255;return v<=.03928?v/12.92:((v+.055)/1.055)**2.4};
return .2126*f(r)+.7152*f(g)+.0722*f(b)};
const back=parse(getComputedStyle(document.body).backgroundColor);
const poor=[];
const walker=document.createTreeWalker(document.body,NodeFilter.SHOW_TEXT);
for(let node;node=walker.nextNode();){const text=node.textContent.trim();const of=node.parentElement;
if(!text||["SCRIPT","STYLE","TITLE"].includes(of.tagName)||of.tagName==="title")continue;
const style=getComputedStyle(of);const color=parse(of.namespaceURI.endsWith("svg")?style.fill:style.color);
const [a,b]=[lum(color),lum(back)].sort((x,y)=>y-x);const ratio=(a+.05)/(b+.05);
if(ratio<4.5)poor.push(text.slice(0,30)+" "+ratio.toFixed(2)+" "+of.className)}
document.title=JSON.stringify([...new Set(poor)]);
"""
_WIDTH = """
const root=document.documentElement;
parent.postMessage(JSON.stringify([root.scrollWidth,root.clientWidth]),"*");
"""


def told(dom: str) -> object:
    """Return what a probe put into the title."""
    (title,) = re.findall(r"<title>(.*?)</title>", dom.partition("<body")[0], re.DOTALL)
    return json.loads(title.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("name", "width"), [("desktop", 1280), ("phone", 390)])
@pytest.mark.parametrize("make", [report_samples.mixed, report_samples.clean, report_samples.cut_off])
def test_every_picture_is_drawn(
    browser: Browser, page: Page, make: Callable[[], object], name: str, width: int, is_dark: bool
) -> None:
    """Wide and narrow, by day and by night: there is a picture, and it is not blank."""
    title = f"{make.__name__}-{name}-{'dark' if is_dark else 'light'}"

    picture = browser.picture(page(make), title, width=width, height=2400, is_dark=is_dark)

    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 30_000


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("make", [report_samples.mixed, report_samples.cut_off])
def test_every_word_has_contrast(
    browser: Browser, page: Page, make: Callable[[], object], is_dark: bool
) -> None:
    """Text stands out by 4.5 to 1 at least, in both colour schemes."""
    scheme = ("--blink-settings=preferredColorScheme=0",) if is_dark else ()

    dom = browser.dom(page(make, probe=_CONTRAST), *scheme)

    assert told(dom) == []


def test_a_phone_scrolls_one_way_only(browser: Browser, page: Page) -> None:
    """Nothing is wider than the screen."""
    path = page(probe=_WIDTH)
    phone = path.with_name("phone.html")
    listen = "onmessage=event=>document.title=event.data"
    frame = f'<iframe src="{path.name}" width="390" height="800" frameborder="0"></iframe>'
    phone.write_text(f"<!doctype html><title></title><script>{listen}</script>{frame}")

    dom = browser.dom(phone)

    assert told(dom) == [390, 390]


def test_hostile_text_runs_nothing(browser: Browser, page: Page) -> None:
    """After everything that could run has run, the page is as it was written."""
    dom = browser.dom(page(report_samples.cut_off))

    assert dom.count("<script") == 1
    assert "<img" not in dom
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in dom


def test_the_policy_forbids_what_was_smuggled_in(browser: Browser, page: Page) -> None:
    """Even markup in the page itself could neither run nor call home."""
    calls: list[str] = []

    class Home(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Home) as home:
        thread = Thread(target=home.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{home.server_port}"
            path = page()
            smuggled = f'<img src="{url}/a"><script>document.title="owned";fetch("{url}/b")</script>'
            path.write_text(path.read_text().replace("</main>", f"{smuggled}</main>"))
            dom = browser.dom(path)
            bare = path.with_name("bare.html")
            bare.write_text(f"<!doctype html>{smuggled}")
            browser.dom(bare)
        finally:
            home.shutdown()
            thread.join()

    assert "<title>owned" not in dom
    # From the bare page both get out; from the report neither did.
    assert sorted(each for each in calls if each != "/favicon.ico") == ["/a", "/b"]


def test_search_leaves_the_rows_that_fit(browser: Browser, page: Page) -> None:
    """Typing narrows the list, and says to how many."""
    probe = (
        'const i=document.getElementById("search");i.value="duplicate";i.dispatchEvent(new Event("input"));'
        'const rows=[...document.querySelectorAll("#problem-table tbody tr")];'
        "document.title=JSON.stringify([rows.filter(r=>!r.hidden).length,rows.length,"
        'document.getElementById("shown").textContent]);'
    )

    dom = browser.dom(page(probe=probe))

    assert told(dom) == [1, 24, "1 of 24 rows"]


def test_a_heading_sorts_and_says_so(browser: Browser, page: Page) -> None:
    """Clicking a heading sorts by it, once more the other way round."""
    probe = (
        'const head=[...document.querySelectorAll("#problem-table th")].find(h=>h.textContent==="Line");'
        'const rows=()=>[...document.querySelectorAll("#problem-table tbody tr")];'
        "const lines=()=>rows().map(r=>+r.cells[0].textContent);"
        'const button=head.querySelector("button");const seen=[];'
        "for(let n=0;n<2;n++){button.click();const l=lines();"
        'seen.push([head.getAttribute("aria-sort"),l[0],l.at(-1)])}'
        "document.title=JSON.stringify(seen);"
    )

    dom = browser.dom(page(probe=probe))

    assert told(dom) == [["ascending", 1961, 1984], ["descending", 1984, 1961]]


def test_without_script_everything_can_be_read(browser: Browser, page: Page) -> None:
    """A mail program that runs no script shows the same rows; only the search box is missing."""
    path = page()
    path.write_text(re.sub(r"<script>.*?</script>", "", path.read_text(), flags=re.DOTALL))

    dom = browser.dom(path)

    document = report_samples.mixed()
    wanted = document.counts[Standing.REJECTED] + document.counts[Standing.UNKNOWN]
    assert dom.count('class="step"') == wanted
    assert re.search(r'id="tools" hidden', dom)


def test_it_prints(browser: Browser, page: Page, tmp_path: Path) -> None:
    """The page becomes a few sheets of paper."""
    sheets = tmp_path / "report.pdf"

    browser.run(page(), f"--print-to-pdf={sheets}", "--no-pdf-header-footer")

    assert sheets.read_bytes().startswith(b"%PDF")
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", sheets.read_bytes())) < 8


def test_a_million_rows_open_at_once(browser: Browser, page: Page) -> None:
    """The largest page there is still has its words and its list."""
    dom = browser.dom(page(report_samples.huge_part))

    assert dom.count('class="step"') == 1000
    assert "1,000 more that are not listed here" in dom
