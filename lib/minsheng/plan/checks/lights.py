"""亮灯: the model holds the intervals together; here the words and shapes must tell lights apart."""

from minsheng.domain.light import Light, Lights, LightScale
from minsheng.plan.files import PlanFiles
from minsheng.plan.strict_yaml import YamlPath

_NAME = "lights"


def check(files: PlanFiles) -> None:
    """Note scales measured on the wrong thing, and lights that look alike."""
    lights = files.whole(_NAME, Lights)
    if lights is None:
        return
    for key, wanted in (("schedule", "gap"), ("level", "completion")):
        if getattr(lights, key).on != wanted:
            files.fault(_NAME, (key, "on"), f"{key} 的 on 为“{getattr(lights, key).on}”", wanted)
    apart = ("not_reported", "blocked", "no_duty", "incomplete", "worded")
    others = [((key,), getattr(lights, key)) for key in apart if getattr(lights, key) is not None]
    _tell_apart(files, [*_of_scale("schedule", lights.schedule), *others])
    _tell_apart(files, [*_of_scale("level", lights.level), *others])
    keys = ("done", "in_progress", "partial", "not_done")
    _tell_apart(files, [*((("milestone", key), getattr(lights.milestone, key)) for key in keys), *others])


def _of_scale(key: str, scale: LightScale) -> list[tuple[YamlPath, Light]]:
    found: list[tuple[YamlPath, Light]] = [((key, "intervals", n), each) for n, each in enumerate(scale.intervals)]
    return [*found, ((key, "complete"), scale.complete)] if scale.complete is not None else found


def _tell_apart(files: PlanFiles, lights: list[tuple[YamlPath, Light]]) -> None:
    """Lights that can stand side by side differ in word and shape: colour alone says nothing in print."""
    for what, key in (("字", "word"), ("形状", "shape")):
        seen: dict[str, Light] = {}
        for path, light in lights:
            value = getattr(light, key)
            if value in seen:
                message = f"“{light.word}”与“{seen[value].word}”的{what}（{key}）相同：{value}"
                files.fault(_NAME, path, message, "互不相同，黑白打印也能分清")
            seen.setdefault(value, light)
