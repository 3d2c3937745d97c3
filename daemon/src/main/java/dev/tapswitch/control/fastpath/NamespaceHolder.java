package dev.tapswitch.control.fastpath;

/** Holds a descriptor of the switch's namespace while the daemon does not run, or passes it from one process to the next. */
public interface NamespaceHolder {
    /** For a daemon that nobody supervises. */
    NamespaceHolder NONE = new NamespaceHolder() {
        @Override
        public int takeNamespace() {
            return -1;
        }

        @Override
        public void holdNamespace(int descriptor) {
            // There is nobody to hold it.
        }
    };

    /** The descriptor that was held, which is the caller's; -1 if there is none, as at the second call. */
    int takeNamespace();

    /** Holds a duplicate of the descriptor. */
    void holdNamespace(int descriptor);
}
