"""One log format for all processes: a JSON object a line on standard error."""

import logging
import sys

import structlog


def configure(part: str, level: str) -> None:
    """Send our own and the libraries' log lines to standard error, each naming its `part`."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )

    def name_the_part(
        _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        return {"part": part, **event}

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                name_the_part,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    logging.getLogger("nameko").setLevel(logging.ERROR)  # a typed error is no news for the log
    for chatty in ("kombu", "amqp", "urllib3", "httpx", "httpcore", "slixmpp"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLogger().level))
