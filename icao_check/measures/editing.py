"""Measure of what was done to the picture after it was taken."""

from __future__ import annotations

from icao_check.measurement import Evidence, Fact, Measurement
from icao_check.measures.case import Case
from icao_check.metadata import TraceKind

__all__ = ["GRAVITY", "edited"]

GRAVITY: dict[TraceKind, int] = {
    "camera": 0,
    "scanner": 0,
    "screenshot": 0,
    "converter": 0,
    "developer": 1,
    "editor": 1,
    "credentials": 1,
    "retouching": 2,
    "composite": 2,
    "generated": 3,
}
"""How much a trace leaves of the photo as taken: all of it; perhaps less; faces or backgrounds changed;
nothing."""


def edited(case: Case) -> Measurement:
    """Return the gravest trace of editing in the metadata, on the scale of :data:`GRAVITY`, 0 to 3.

    Most photographers crop in an editor, and metadata are easily lost or forged: a trace asks for a person to
    look, and never fails a photo. No trace proves nothing.
    """
    order = list(GRAVITY)
    traces = sorted(case.photo.metadata.traces, key=lambda t: (-GRAVITY[t.kind], order.index(t.kind)))
    gravity = max((GRAVITY[trace.kind] for trace in traces), default=0)
    facts: dict[str, Fact] = {}
    if gravity:
        kind = traces[0].kind
        product = next((trace.product for trace in traces if trace.kind == kind and trace.product), "")
        facts = {"detail": kind, "software": product or "unnamed_software"}
    evidence = []
    for trace in traces:
        if gravity and trace.kind == traces[0].kind:
            role = "decides"
        else:
            role = "confirms" if bool(gravity) == bool(GRAVITY[trace.kind]) else "ignored"
        evidence.append(Evidence(trace.kind, trace.product, role))
    return Measurement(float(gravity), excuse="edited", evidence=tuple(evidence), facts=facts)
