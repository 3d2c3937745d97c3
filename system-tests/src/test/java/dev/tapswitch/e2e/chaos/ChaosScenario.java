package dev.tapswitch.e2e.chaos;

import java.util.List;
import java.util.function.Consumer;

/** A network with a daemon under test, and a model of what the daemon should serve. */
interface ChaosScenario extends AutoCloseable {
    String name();

    List<ChaosAction> actions();

    /** Compares what is there with the model, while the daemon runs; each difference is a finding. */
    void check(Consumer<String> findings) throws Exception;

    /** Ends the daemon and checks what it leaves behind. */
    void end(Consumer<String> findings) throws Exception;

    /** Starts the daemon again when an action has left it dead. */
    void revive() throws Exception;

    /** Lines for the final report: resources at the first and the last check, traffic. */
    List<String> measurements();

    @Override
    void close();
}
