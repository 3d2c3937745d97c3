package dev.tapswitch.e2e.chaos;

import java.util.List;
import java.util.function.Consumer;

/** A network with a daemon under test, and a model of the state that the daemon should have. */
interface ChaosScenario extends AutoCloseable {
    String name();

    List<ChaosAction> actions();

    /** Compares the actual state with the model while the daemon runs. Each difference is a finding. */
    void check(Consumer<String> findings) throws Exception;

    /** Stops the daemon and checks that it leaves nothing behind. */
    void end(Consumer<String> findings) throws Exception;

    /** Starts the daemon again if an action has ended it. */
    void revive() throws Exception;

    /** Lines for the final report: resources at the first and the last check, traffic. */
    List<String> measurements();

    @Override
    void close();
}
