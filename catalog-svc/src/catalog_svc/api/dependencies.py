"""What the routes are given."""

from typing import Annotated

from chassis.http import Caller, allow
from contracts.tokens import Role
from fastapi import Depends, Path, Request

from ..application.ports import CatalogueReader, ItemStore, OrganisationStore
from ..domain.search_keys import SearchWords

LARGEST_VERSION = 2**31 - 1


async def _reader(request: Request) -> CatalogueReader:
    reader: CatalogueReader = request.app.state.reader
    return reader


async def _items(request: Request) -> ItemStore:
    store: ItemStore = request.app.state.items
    return store


async def _organisation(request: Request) -> OrganisationStore:
    store: OrganisationStore = request.app.state.organisation
    return store


async def _words(request: Request) -> SearchWords:
    words: SearchWords = request.app.state.search_words
    return words


Reader = Annotated[CatalogueReader, Depends(_reader)]
Items = Annotated[ItemStore, Depends(_items)]
Organisation = Annotated[OrganisationStore, Depends(_organisation)]
Words = Annotated[SearchWords, Depends(_words)]
Editor = Annotated[Caller, Depends(allow(Role.CATALOG_EDITOR))]
Code = Annotated[str, Path(max_length=32, description="事项编码 · the item's code", examples=["HUZHENG-001"])]
VersionNumber = Annotated[int, Path(ge=1, le=LARGEST_VERSION)]
