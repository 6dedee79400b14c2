"""The figures of a comparison say what they show and what the values rest on."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from marketsim import compare
from marketsim.reports.figures import write_figures


def test_every_figure_carries_the_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    save = Figure.savefig

    def watched(figure: Figure, *words: object, **more: object) -> None:
        notes.append(" ".join(" ".join(text.get_text() for text in figure.texts).split()))
        save(figure, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Figure, "savefig", watched)
    comparison = compare("town", "town", replicates=4, weeks=8, workers=1)
    paths = write_figures(comparison, tmp_path)
    assert len(paths) == len(notes) == 3 and all(path.exists() for path in paths)
    assert [note for note in notes if comparison.footing not in note] == []
    assert all("replicates" in note for note in notes)
