"""Draws Vega-Lite charts: a list of specifications on standard input, a list of pictures on standard output.

A process of its own that nothing forks and no limit of address space holds. It reaches no address.
"""

import json
import sys
from typing import Any

from minsheng.render.fonts import packaged_fonts


def main() -> None:
    """Draw what is asked for; what cannot be drawn says why."""
    import vl_convert

    vl_convert.register_font_directory(str(packaged_fonts().folder()))
    found = []
    for spec in json.loads(sys.stdin.buffer.read()):
        try:
            found.append({"svg": _drawn(vl_convert, spec)})
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with one chart, the others are drawn
            found.append({"why": _why(str(fault))})
    sys.stdout.write(json.dumps(found))


def _why(fault: str) -> str:
    if "data url not allowed" in fault:
        return "数据在图的外面（网址，或另存的文件），报告不去取：请直接用 DataFrame 画"
    return " ".join(fault.split())[:300]


def _drawn(vl_convert: Any, spec: dict[str, Any]) -> str:
    config = {"font": "Noto Sans SC", "background": "white", **spec.get("config", {})}
    picture: str = vl_convert.vegalite_to_svg({**spec, "config": config}, allowed_base_urls=[])
    return picture


if __name__ == "__main__":
    main()
