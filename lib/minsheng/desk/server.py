"""The desk's side of JupyterLab's server: pages, files in parts, commands; behind the server's own token."""

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web

from minsheng.desk import jobs, uploads
from minsheng.desk.desk_page import desk_page, plan_fault_page
from minsheng.desk.ended import ended_jobs
from minsheng.desk.forms import FilledForm, fill, plain_values
from minsheng.desk.month_forms import FORMS
from minsheng.desk.office import Office, month_shown, months
from minsheng.desk.shown_files import from_workspace, shown_files
from minsheng.desk.sorting import sort_files
from minsheng.domain.clock import bureau_now
from minsheng.domain.period import Period
from minsheng.errors import MinshengError, PlanInvalidError, UsageError
from minsheng.workspace import Workspace

_Made = TypeVar("_Made")

_SHOWN = 20
"""Commands that have ended."""

_GONE_SECONDS = 12
"""Who has not asked for so long has closed the page."""

# One at a time: what is read (plan, registers) is kept for the next who asks, by code that knows one thread.
_worker = ThreadPoolExecutor(1, thread_name_prefix="desk")

_people: dict[str, tuple[str, float]] = {}
"""Browser → name, and when it asked last."""


class _Handler(APIHandler):
    async def _answer(self, work: Callable[[], _Made]) -> None:
        """Answer with what work returns; what it refuses is answered in its words."""
        try:
            made = await asyncio.get_running_loop().run_in_executor(_worker, work)
        except MinshengError as fault:
            self.set_status(409 if isinstance(fault, jobs.BusyError) else 400)
            await self.finish(json.dumps({"message": str(fault)}))
            return
        await self.finish(json.dumps(made))

    def _asked(self) -> dict[str, Any]:
        document = self.get_json_body()
        if document is None:
            raise web.HTTPError(400)
        return document


class _Page(_Handler):
    """The page of a month."""

    @web.authenticated
    async def get(self) -> None:
        asked, base = self.get_query_argument("month", ""), self.base_url

        def work() -> dict[str, str]:
            workspace = Workspace.find()
            month = month_shown(workspace, asked)
            try:
                page = desk_page(_office(workspace, month), months(workspace), bureau_now().date(), base)
            except PlanInvalidError as fault:
                page = plan_fault_page(str(fault))
            return {"month": str(month), "html": page}

        await self._answer(work)


def _office(workspace: Workspace, month: Period) -> Office:
    return Office.of(workspace, month, bureau_now().date())


class _Now(_Handler):
    """What runs, who is here, and what has ended; asked every second or so."""

    @web.authenticated
    async def get(self) -> None:
        browser, name = self.get_query_argument("browser", ""), self.get_query_argument("name", "")
        now = time.monotonic()
        if name:
            _people[browser] = (name[:20], now)
        for gone in [each for each, (_, seen) in _people.items() if now - seen > _GONE_SECONDS]:
            del _people[gone]
        here = sorted({each for each, _ in _people.values()})

        def work() -> dict[str, object]:
            workspace = Workspace.find()
            found = jobs.jobs(workspace)
            runs = next((each for each in found if each.runs), None)
            ended = [each.order.id for each in found if each.end is not None]
            running = _seen(workspace, runs, browser) if runs else None
            return {"people": here, "running": running, "ended": ended[:1]}

        await self._answer(work)


def _seen(workspace: Workspace, job: jobs.Job, browser: str) -> dict[str, object]:
    order, progress = job.order, job.progress
    return {
        "id": order.id,
        "title": order.title,
        "line": order.line,
        "by": order.by,
        "mine": order.browser == browser,
        "stage": from_workspace(workspace.root, progress.stage),
        "done": progress.done,
        "total": progress.total,
        "seconds": round((datetime.now(UTC) - order.began).total_seconds()),
    }


class _Ended(_Handler):
    """What came of the commands that have ended."""

    @web.authenticated
    async def get(self) -> None:
        base = self.base_url

        def work() -> dict[str, str]:
            workspace = Workspace.find()
            found = [each for each in jobs.jobs(workspace) if not each.runs]
            return {"html": ended_jobs(workspace, found[:_SHOWN], base)}

        await self._answer(work)


class _LineOfForm(_Handler):
    """The command line of a form as it is filled in."""

    @web.authenticated
    async def post(self) -> None:
        asked = self._asked()

        def work() -> dict[str, str]:
            try:
                return {"line": _command(Workspace.find(), asked).line}
            except UsageError as missing:  # it is being filled in
                return {"missing": str(missing)}

        await self._answer(work)


class _Jobs(_Handler):
    """Starts a command."""

    @web.authenticated
    async def post(self) -> None:
        asked = self._asked()

        def work() -> dict[str, str]:
            workspace = Workspace.find()
            form = FORMS[str(asked["form"])]
            command = _command(workspace, asked)
            sent = tuple(each for sent in asked["files"].values() for each in sent)
            order = jobs.CommandRequest(
                form=form.id,
                title=form.title,
                line=command.line,
                arguments=command.arguments,
                by=str(asked["name"])[:20],
                browser=str(asked["browser"]),
                about=command.about,
                month=str(asked["month"]),
                values=plain_values(form, asked["values"]),
                uploads=sent,
            )
            return {"id": jobs.start(workspace, order, command.passwords).order.id}

        await self._answer(work)


def _command(workspace: Workspace, asked: dict[str, Any]) -> FilledForm:
    """Return the command that a browser asks for."""
    office = _office(workspace, month_shown(workspace, str(asked["month"])))
    files = {name: [uploads.uploaded(workspace, each) for each in sent] for name, sent in asked["files"].items()}
    values = {name: str(value) for name, value in asked["values"].items()}
    return fill(FORMS[str(asked["form"])], office, values, files)


class _Log(_Handler):
    """The words of a command so far."""

    @web.authenticated
    async def get(self, name: str) -> None:
        def work() -> dict[str, str]:
            found = jobs.job(Workspace.find(), name)
            return {"log": from_workspace(Workspace.find().root, found.log + found.answer)}

        await self._answer(work)


class _Stop(_Handler):
    """Stops a command."""

    @web.authenticated
    async def post(self, name: str) -> None:
        await self._answer(lambda: jobs.stop(jobs.job(Workspace.find(), name)))


class _Uploads(_Handler):
    """Announces a file."""

    @web.authenticated
    async def post(self) -> None:
        asked = self._asked()
        await self._answer(lambda: {"id": uploads.announce(Workspace.find(), str(asked["name"]), int(asked["size"]))})


class _Sorted(_Handler):
    """Says what files are that were sent."""

    @web.authenticated
    async def post(self) -> None:
        asked = self._asked()

        def work() -> dict[str, object]:
            workspace = Workspace.find()
            office = _office(workspace, month_shown(workspace, str(asked["month"])))
            return {"files": sort_files(office, [(str(upload), str(path)) for upload, path in asked["files"]])}

        await self._answer(work)


class _Upload(_Handler):
    """Takes a part of a file, or takes the file away."""

    @web.authenticated
    async def put(self, name: str) -> None:
        offset, content = int(self.get_query_argument("offset")), self.request.body
        await self._answer(lambda: {"size": uploads.add(Workspace.find(), name, offset, content)})

    @web.authenticated
    async def delete(self, name: str) -> None:
        await self._answer(lambda: uploads.discard(Workspace.find(), name))


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Let JupyterLab's server answer the desk."""
    routes: list[tuple[str, type[_Handler]]] = [
        ("page", _Page),
        ("now", _Now),
        ("ended", _Ended),
        ("line", _LineOfForm),
        ("jobs", _Jobs),
        (r"jobs/([\w-]+)/log", _Log),
        (r"jobs/([\w-]+)/stop", _Stop),
        ("uploads", _Uploads),
        ("sorted", _Sorted),
        (r"uploads/(\w+)", _Upload),
    ]
    base = url_path_join(server.web_app.settings["base_url"], "minsheng", "desk")
    shown = shown_files(server.web_app.settings["base_url"], str(Workspace.find().root))
    server.web_app.add_handlers(".*$", [shown, *((url_path_join(base, path), handler) for path, handler in routes)])
