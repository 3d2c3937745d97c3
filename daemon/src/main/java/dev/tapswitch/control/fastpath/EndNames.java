package dev.tapswitch.control.fastpath;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The names of a veth port's interfaces in the switch's namespace. They depend only on the port's key ({@link KernelFastPath#open}), so that the next process finds
 * the interfaces by name.
 */
final class EndNames {
    /** The bytes of the hash in a name: a letter and 14 hexadecimal digits are the 15 bytes that the kernel allows (IFNAMSIZ - 1). */
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
