"""The job that puts an export together: page by page, each in one commit with the place it has come to."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import orjson
from chassis.clock import now
from chassis.jobs import Begin, Job
from chassis.people import ExportPage, Record

from ...domain.people.export import KEPT, TRIES, Export, ExportState, PartState
from ...domain.people.index_page import front_page, records_page
from ..ports import Messages
from .ports import Exports, PartMissing, Source


class PrepareExport:
    """A page a run. Its place stands in the job's payload: `after` within the part, `page` counted, `tries` in vain."""

    def __init__(self, exports: Exports, sources: Mapping[str, Source], messages: Messages) -> None:
        self._exports = exports
        self._sources = sources
        self._messages = messages

    async def __call__(self, job: Job, begin: Begin) -> None:
        async with begin() as uow:
            export = await self._exports.prepared(uow, UUID(job.key))
        if export is None or export.state is ExportState.READY:
            return
        name = next((name for name, part in export.parts.items() if part.state is PartState.WAITING), None)
        if name is None:
            await self._finish(job, begin, export)
        else:
            await self._step(job, begin, export, name)

    async def _step(self, job: Job, begin: Begin, export: Export, name: str) -> None:
        part, source, place = export.parts[name], self._sources[name], job.payload
        try:
            page = await source.page(export.account_id, place.get("after"))
            files = [(note.path, await source.file(export.account_id, note.id)) for note in page.files]
        except PartMissing:
            await self._in_vain(job, begin, export, name)
            return
        number = place.get("page", 0) + 1
        part.records += len(page.records)
        part.files += sum(content is not None for _, content in files)
        if page.next is None:
            part.state = PartState.DONE
        async with begin() as uow:
            for path, content in _pages(name, number, page):
                await self._exports.put(uow, export.id, path, content)
            for path, found in files:
                if found is not None:
                    await self._exports.put(uow, export.id, f"{name}/{path}", found)
            await self._exports.update(uow, export)
            await job.again(
                uow, now(), {"after": str(page.next), "page": number} if page.next is not None else {}
            )

    async def _in_vain(self, job: Job, begin: Begin, export: Export, name: str) -> None:
        """Comes back later; in the end the export goes on without this part, and says so."""
        tries = job.payload.get("tries", 0) + 1
        async with begin() as uow:
            if tries >= TRIES:
                export.parts[name].state = PartState.UNAVAILABLE
                await self._exports.update(uow, export)
                await job.again(uow, now(), {})
            else:
                await job.again(uow, now() + timedelta(seconds=2**tries), {**job.payload, "tries": tries})

    async def _finish(self, job: Job, begin: Begin, export: Export) -> None:
        async with begin() as uow:
            paths = await self._exports.paths(uow, export.id)
            await self._exports.put(uow, export.id, "index.html", front_page(export, paths, now()).encode())
            export.state, export.ready_at, export.expires_at = ExportState.READY, now(), now() + KEPT
            await self._exports.update(uow, export)
            kind = "export_partly_ready" if export.is_partial else "export_ready"
            await self._messages.tell(uow, export.account_id, kind, {"days": KEPT.days})
            await job.done(uow)


def _pages(name: str, number: int, page: ExportPage) -> Sequence[tuple[str, bytes]]:
    by_section: dict[str, list[Record]] = {}
    for record in page.records:
        by_section.setdefault(record.section, []).append(record)
    found = []
    for section, records in by_section.items():
        data, first = [record.data for record in records], records[0]
        stem = f"{name}/{section}-{number}"
        found.append((f"{stem}.json", orjson.dumps(data, option=orjson.OPT_INDENT_2, default=str)))
        found.append((f"{stem}.html", records_page(first.title, first.title_en, data).encode()))
    return found
