package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.fastpath.NamespaceHolder;

/** The service manager: it is notified of state changes, and holds the queues of TAPs and the namespace of veth pairs while the daemon restarts. */
public interface Supervisor extends NamespaceHolder {
    /** For a daemon without a service manager. */
    Supervisor NONE = new Supervisor() {
        @Override
        public int[] takeQueues(PortConfig port) {
            return new int[0];
        }

        @Override
        public void holdQueues(PortConfig port, int[] descriptors) {
            // There is no service manager.
        }

        @Override
        public void releaseQueues(PortConfig port) {
            // There is no service manager.
        }

        @Override
        public int takeNamespace() {
            return NamespaceHolder.NONE.takeNamespace();
        }

        @Override
        public void holdNamespace(int descriptor) {
            // There is no service manager.
        }

        @Override
        public void reloading() {
            // There is no service manager.
        }

        @Override
        public void reloaded(String problem) {
            // There is no service manager.
        }
    };

    /** Returns the queues of this port's device that were held over the restart. The caller owns them; a second call returns none. */
    int[] takeQueues(PortConfig port);

    /** Holds duplicates of these queues until they are released, also while the daemon does not run. */
    void holdQueues(PortConfig port, int[] descriptors);

    /** Releases the queues; when this returns, they are no longer held. */
    void releaseQueues(PortConfig port);

    /** Notifies that a reload begins. */
    void reloading();

    /** Notifies that a reload has ended. {@code problem}: why nothing was changed; empty if it succeeded. */
    void reloaded(String problem);
}
