package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;

/** What runs the daemon as a service: it is told how things go, and holds the queues of TAPs while the daemon restarts. */
public interface Supervisor {
    /** For a daemon that nobody watches over. */
    Supervisor NONE = new Supervisor() {
        @Override
        public int[] takeQueues(PortConfig port) {
            return new int[0];
        }

        @Override
        public void holdQueues(PortConfig port, int[] descriptors) {
            // Nobody is there to hold them.
        }

        @Override
        public void releaseQueues(PortConfig port) {
            // Nobody holds them.
        }

        @Override
        public void reloading() {
            // Nobody wants to know.
        }

        @Override
        public void reloaded(String problem) {
            // Nobody wants to know.
        }
    };

    /** The queues that were held for this port's device since before the daemon started, now the caller's; none the second time. */
    int[] takeQueues(PortConfig port);

    /** Holds these queues until released, also while the daemon is not there. */
    void holdQueues(PortConfig port, int[] descriptors);

    /** When it returns they are not held any more. */
    void releaseQueues(PortConfig port);

    /** A reload begins. */
    void reloading();

    /** A reload has ended; {@code problem}: why nothing was changed, empty when it went well. */
    void reloaded(String problem);
}
