"""OpenTelemetry traces of requests; nothing at all unless a collector is configured."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request


def install(app: Flask, collector: str) -> None:
    """Send a span for each request to an OTLP collector. collector: its address; empty: no traces."""
    if not collector:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "bihuan-api"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=collector)))
    trace(app, provider)


def trace(app: Flask, provider: Any) -> None:
    """Make a span for each request with a tracer provider; it continues the caller's trace (W3C traceparent)."""
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind, StatusCode, use_span

    tracer = provider.get_tracer("bihuan.api")

    @app.before_request
    def begin() -> None:
        rule = request.url_rule.rule if request.url_rule is not None else "none"
        span = tracer.start_span(
            f"{request.method} {rule}",
            context=extract(request.headers),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": request.method, "http.route": rule},
        )
        scope = use_span(span, end_on_exit=False)
        scope.__enter__()
        g.bihuan_span = span, scope

    @app.after_request
    def tell(response: Response) -> Response:
        span = g.get("bihuan_span")
        if span is not None:
            span[0].set_attribute("http.response.status_code", response.status_code)
            span[0].set_attribute("bihuan.request_id", g.get("bihuan_request_id", ""))
            if response.status_code >= 500:
                span[0].set_status(StatusCode.ERROR)
        return response

    @app.teardown_request
    def end(_: BaseException | None) -> None:
        span = g.pop("bihuan_span", None)
        if span is not None:
            span[1].__exit__(None, None, None)
            span[0].end()
