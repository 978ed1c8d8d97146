"""How right is the checker on a labelled archive: ``icao-check evaluate``.

Labels (:mod:`~icao_check.evaluate.labels`) and reports (:mod:`~icao_check.evaluate.run`) go in; numbers
(:mod:`~icao_check.evaluate.evaluation`, on :mod:`~icao_check.evaluate.statistics`) come out, as tables
(:mod:`~icao_check.evaluate.tables`), curves (:mod:`~icao_check.evaluate.det`) and a page with the worst
mistakes (:mod:`~icao_check.evaluate.page`).
"""
