package dev.tapswitch.linux.bpf;

/** The features of the kernel that our programs need or can use. */
public enum BpfFeature {
    MAPS("maps"),
    PROGRAMS("traffic control programs"),
    REDIRECT_PEER("redirection into another namespace (bpf_redirect_peer)"),
    /** Either this or {@link #CLSACT} is needed. */
    TCX("attachment by tcx links"),
    CLSACT("attachment by filters (clsact)");

    private final String meaning;

    BpfFeature(String meaning) {
        this.meaning = meaning;
    }

    /** A description for users, in lower case. */
    public String meaning() {
        return meaning;
    }
}
