"""What a run gives an analyst's own notebook before its first cell: charts kept as data, fonts that have 汉字."""

from typing import Any

_ALTAIR = ("altair.vegalite.v6.api", "altair.vegalite.v5.api")

VEGA_LITE = "application/vnd.vegalite.v{}+json"


def prepare(*, fonts: bool) -> None:
    """Set up the notebook's process.

    Altair's own default is a page that loads from the network; here a chart is kept as what it is, and is drawn once
    the notebook has ended. ``fonts`` has matplotlib know the packaged fonts, which takes a moment.
    """
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if shell is not None:
        for module in _ALTAIR:
            kind = VEGA_LITE.format(module.split(".v")[2][0])
            shell.display_formatter.mimebundle_formatter.for_type_by_name(
                module, "TopLevelMixin", lambda chart, kind=kind, **_: {kind: _whole(chart), "text/plain": "Altair"}
            )
    if fonts:
        use_packaged_fonts()


def _whole(chart: Any) -> Any:
    """Return a chart with its data in it, whatever the notebook asked for: a file beside it would not be found."""
    import altair as alt

    with alt.data_transformers.enable("default", max_rows=None):
        return chart.to_dict()


def use_packaged_fonts() -> None:
    """Have matplotlib draw with the fonts of the reports: its own have no 汉字."""
    import matplotlib as mpl
    from matplotlib import font_manager

    from minsheng.render.fonts import packaged_fonts

    for path in sorted(packaged_fonts().folder().glob("*.otf")):
        font_manager.fontManager.addfont(path)
    mpl.rcParams["font.sans-serif"] = ["Noto Sans SC", *mpl.rcParams["font.sans-serif"]]
    mpl.rcParams["axes.unicode_minus"] = False
