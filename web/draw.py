"""Draws diagrams as images for the documents, as the app's own viewer shows them.

    python web/draw.py bpmn/dispute/mediation.bpmn docs/images/dispute-mediation.png …

Needs the packages of the web app and, from the development extras, playwright.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
FONT = MODULES / "@fontsource-variable/noto-sans-sc"
BROWSER = "import c from '@sparticuz/chromium'; console.log(await c.executablePath())"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
MARGIN = 12
FAMILY = "'Noto Sans SC Variable'"
DRAW = """async ([xml, fontFamily]) => {
  await document.fonts.load(`12px ${fontFamily}`, xml)
  const defaultStyle = { fontFamily }
  const viewer = new BpmnJS({ container: '#canvas', textRenderer: { defaultStyle } })
  await viewer.importXML(xml)
  const box = viewer.get('canvas').viewbox().inner
  const { svg } = await viewer.saveSVG()
  viewer.destroy()
  return { svg, width: box.width, height: box.height }
}"""


def browser() -> str:
    """Where the browser of the web app's tests is."""
    from build import environment, node_home

    home = node_home()
    words = [str(home / "bin" / "node"), "--input-type=module", "-e", BROWSER]
    done = subprocess.run(words, cwd=HERE, env=environment(home), check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip()


def draw(page: Page, diagram: Path, image: Path) -> None:
    """Draw one diagram, a margin around it."""
    with tempfile.TemporaryDirectory() as folder:
        # A page with an address: one without may not load the font, which texts are measured with.
        shown = Path(folder) / "diagram.html"
        shown.write_text(
            f"<meta charset='utf-8'><link rel='stylesheet' href='file://{FONT}/index.css'>"
            f"<body style='margin:{MARGIN}px;background:#fff'>"
            "<div id='canvas' style='width:4000px;height:3000px'></div>",
            encoding="utf-8",
        )
        page.goto(f"file://{shown}")
        page.add_script_tag(path=MODULES / "bpmn-js/dist/bpmn-viewer.production.min.js")
        drawn = page.evaluate(DRAW, [diagram.read_text(encoding="utf-8"), FAMILY])
        page.set_viewport_size(
            {"width": int(drawn["width"]) + 2 * MARGIN, "height": int(drawn["height"]) + 2 * MARGIN}
        )
        page.evaluate("svg => { document.body.innerHTML = svg }", drawn["svg"])
        page.evaluate("document.fonts.ready")
        page.screenshot(path=image)


def main(words: list[str]) -> None:
    if not words or len(words) % 2:
        sys.exit(__doc__)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        page = chromium.new_page(device_scale_factor=1)
        for diagram, image in zip(words[::2], words[1::2], strict=True):
            draw(page, Path(diagram), Path(image))
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1:])
