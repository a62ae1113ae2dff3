"""``make bench-phone``: weight of the needs questionnaire, and our page beside SurveyJS's and enketo-core's.

Absolute times depend on the machine; the ratios of one run are what counts.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.bench.phone import lighthouse, peers, questions, serving, taps, weight
from tests.bench.phone.lighthouse import Seen


def main() -> None:
    peers.install()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        path = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        folder = Path(name)
        _weights(browser, folder / "needs")
        _beside_peers(browser, folder)
        browser.close()


def _weights(browser: Browser, instance: Path) -> None:
    print("Needs with one field: bytes received + sent with headers, in requests; first page, whole questionnaire")
    with serving.ours(instance) as port:
        for tag in weight.TAGS:
            for scripts, way in ((True, "on the phone"), (False, "page by page, no scripts")):
                found = weight.measure(browser, port, tag, scripts=scripts)
                first, whole = (f"{a:>7,} + {b:>6,} in {c:>2}" for a, b, c in (found.first, found.whole))
                print(f"  {tag:3} {way:25} {first}; {whole}")


def _beside_peers(browser: Browser, folder: Path) -> None:
    asked = questions.twenty()
    questions.write_ours(asked, folder / "forms")
    peers.build(asked, folder / "peers")
    with serving.ours(folder / "twenty", folder / "forms") as port, serving.files(folder / "peers") as peer:
        urls = {
            "ours": f"http://127.0.0.1:{port}/{questions.TAG}/q/{questions.NAME}",
            "SurveyJS": f"http://127.0.0.1:{peer}/surveyjs/",
            "enketo-core": f"http://127.0.0.1:{peer}/enketo/",
        }
        for network in lighthouse.NETWORKS:
            _table(network, {name: lighthouse.measure(url, network) for name, url in urls.items()})
        found = {name: taps.measure(browser, url, taps.WAYS[name], ours=name == "ours") for name, url in urls.items()}
        print("Tap on Continue to the next page drawn, CPU 4x slower")
        for name, milliseconds in found.items():
            print(f"  {name:12} {milliseconds:7.0f} ms   ours / it {found['ours'] / milliseconds:.2f}")


def _table(network: str, found: Mapping[str, Seen]) -> None:
    print(f"The same {questions.COUNT} questions on {network}, Lighthouse, median of {lighthouse.RUNS} runs")
    ours = found["ours"]
    for name, seen in found.items():
        figures = f"LCP {seen.lcp:7.0f} ms   TBT {seen.tbt:5.0f} ms   CLS {seen.cls:.3f}   {seen.bytes:>9,.0f} bytes"
        print(f"  {name:12} {figures}   ours / it: LCP {ours.lcp / seen.lcp:.2f}, bytes {ours.bytes / seen.bytes:.3f}")


if __name__ == "__main__":
    main()
