package dev.tapswitch.control.fastpath;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of interfaces in the switch's namespace, which depend only on the port. */
final class EndNames {
    /** A name of an interface has at most 15 bytes. */
    private static final int BYTES = 7;

    private EndNames() {}

    static String hostEnd(String key) {
        return "v" + of(key);
    }

    static String slowPath(String key) {
        return "t" + of(key);
    }

    private static String of(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
