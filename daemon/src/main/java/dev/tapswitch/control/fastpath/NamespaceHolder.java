package dev.tapswitch.control.fastpath;

/** Holds a descriptor of the switch's namespace while the daemon does not run, or passes it from one process to the next. */
public interface NamespaceHolder {
    /** For a daemon without a supervisor: holds nothing. */
    NamespaceHolder NONE = new NamespaceHolder() {
        @Override
        public int takeNamespace() {
            return -1;
        }

        @Override
        public void holdNamespace(int descriptor) {
            // Nothing holds the descriptor.
        }
    };

    /** Returns the descriptor that was held, which the caller then owns; -1 if there is none. A second call returns -1. */
    int takeNamespace();

    /** Holds a duplicate of the descriptor. */
    void holdNamespace(int descriptor);
}
