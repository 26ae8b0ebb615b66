"""Nodes of our account that only our own devices read (XEP-0223)."""

from typing import Any

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError
from slixmpp.plugins.xep_0004 import Form
from slixmpp.xmlstream import ElementBase

OPTIONS = {
    "pubsub#persist_items": "1",
    "pubsub#access_model": "whitelist",
    "pubsub#max_items": "max",
    "pubsub#send_last_published_item": "never",
}
MOST_ITEMS = "1000"
"""Where "max" is not understood."""


async def publish(
    stream: ClientXMPP, node: str, item_id: str, payload: ElementBase, timeout_s: float
) -> None:
    """Keep an item under this id. Raises IqError, IqTimeout.

    Servers that do not know all options, as ejabberd before 23.10, have the node made first.
    """
    pubsub = stream.plugin["xep_0060"]

    async def store(options: Form | None) -> None:
        await pubsub.publish(
            None, node, id=item_id, payload=payload, options=options, timeout=timeout_s
        )

    try:
        await store(_form(stream, "publish-options", OPTIONS))
    except IqError as error:
        if error.condition not in ("resource-constraint", "bad-request", "conflict"):
            raise
        await _make(stream, node, timeout_s)
        await store(None)


async def _make(stream: ClientXMPP, node: str, timeout_s: float) -> None:
    """For nobody but us, whether it is there already or not."""
    pubsub = stream.plugin["xep_0060"]
    config = _form(stream, "node_config", {**OPTIONS, "pubsub#max_items": MOST_ITEMS})
    try:
        await pubsub.create_node(None, node, config=config, timeout=timeout_s)
    except IqError as error:
        if error.condition != "conflict":
            raise
        await pubsub.set_node_config(None, node, config, timeout=timeout_s)


def _form(stream: ClientXMPP, kind: str, values: dict[str, str]) -> Any:
    form = stream.plugin["xep_0004"].make_form(ftype="submit")
    form.add_field(
        var="FORM_TYPE", ftype="hidden", value=f"http://jabber.org/protocol/pubsub#{kind}"
    )
    for name, value in values.items():
        form.add_field(var=name, value=value)
    return form
