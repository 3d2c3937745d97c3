package dev.tapswitch.control.switches;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.control.switches.RequestException.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndoTest {
    private final List<String> undone = new ArrayList<>();

    private Undo with(String... steps) {
        Undo undo = new Undo();
        for (String step : steps) undo.add(step, () -> undone.add(step));
        return undo;
    }

    @Test
    void theLastStepIsUndoneFirst() {
        with("one", "two", "three").close();
        assertEquals(List.of("three", "two", "one"), undone);
    }

    @Test
    void aCommittedChangeIsNotUndone() {
        try (Undo undo = with("one", "two")) {
            undo.commit();
        }
        assertEquals(List.of(), undone);
    }

    @Test
    void nothingIsUndoneTwice() {
        Undo undo = with("one");
        undo.close();
        undo.close();
        assertEquals(List.of("one"), undone);
    }

    @Test
    void aStepThatFailsDoesNotKeepTheOthersFromBeingUndone() {
        Undo undo = with("one");
        undo.add("refused", () -> {
            throw new RequestException(Reason.FAILED, "no");
        });
        undo.add("broken", () -> {
            throw new IllegalStateException("no");
        });
        undo.close();
        assertEquals(List.of("one"), undone);
    }
}
