package dev.tapswitch.control.systemd;

import dev.tapswitch.control.config.PortConfig;

/**
 * The name under which a port's queues are stored: made of where its device was created and under which name. That never changes, so that
 * the next start finds the queues wherever a container runtime has moved the device meanwhile, and whatever a container has renamed it to.
 * A port that was given another device meanwhile does not get the old one's. Hashed, for all names together must fit into one environment
 * variable (128 KiB).
 */
final class QueueName {
    // FNV-1a, 64 bits. Two devices of one name would both be made anew: an interruption, and once in 10^13 for 1,000
    // ports.
    private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private QueueName() {}

    static String of(PortConfig port) {
        long hash = OFFSET_BASIS;
        String text = port.origin().namespace() + "\n" + port.origin().device();
        for (int i = 0; i < text.length(); i++) hash = (hash ^ text.charAt(i)) * PRIME;
        return "%016x".formatted(hash);
    }
}
