package dev.tapswitch.linux.netlink;

/** Any bytes are read as nested netlink attributes, whatever their lengths claim. */
public final class NetlinkFuzz {
    private static final int DEPTH = 8;

    private NetlinkFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) return;
        read(new NetlinkAttributes(input, input[0] & 3), DEPTH);
    }

    private static void read(NetlinkAttributes attributes, int depth) {
        for (int type = 0; type < 64; type++) {
            attributes.number(type, -1);
            if (attributes.mac(type).orElse(0) >>> 48 != 0) throw new AssertionError("a MAC has more than 48 bits");
            if (attributes.text(type).length() > attributes.bytes(type).length)
                throw new AssertionError("the text is longer than its bytes");
            if (depth > 0 && attributes.bytes(type).length > 0) read(attributes.nested(type), depth - 1);
        }
    }
}
