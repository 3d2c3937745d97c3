package dev.tapswitch.control.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.dataplane.fastpath.FastPathPort;
import org.junit.jupiter.api.Test;

class StationBudgetTest {
    private static final int CAPACITY = 80;

    private final StationBudget budget = new StationBudget(CAPACITY);

    private FastPort port(int number) {
        budget.portAdded();
        return new FastPort(number, null, new FastPathPort(1, 10 + number, 100 + number, 1_500));
    }

    private int fill(FastPort port) {
        int added = 0;
        while (budget.admits(port)) {
            budget.added(port);
            added++;
        }
        return added;
    }

    @Test
    void aPortThatTakesAllItCanLeavesTheOthersTheirShares() {
        FastPort greedy = port(1);
        FastPort second = port(2);
        FastPort third = port(3);
        FastPort fourth = port(4);
        assertEquals(CAPACITY / 2, fill(greedy));
        for (FastPort other : new FastPort[] {second, third, fourth}) assertEquals(CAPACITY / 2 / 4, fill(other));
        assertTrue(budget.stations() <= CAPACITY);
    }

    @Test
    void theMapIsNeverOverfull() {
        FastPort first = port(1);
        fill(first);
        FastPort second = port(2);
        fill(second);
        for (int i = 3; i < 50; i++) fill(port(i));
        assertTrue(budget.stations() <= CAPACITY);
        assertFalse(budget.admits(first));
    }

    @Test
    void removedStationsAreFreeForOthers() {
        FastPort first = port(1);
        fill(first);
        assertFalse(budget.admits(first));
        budget.removed(first);
        assertTrue(budget.admits(first));
    }
}
