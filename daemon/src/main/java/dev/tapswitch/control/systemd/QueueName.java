package dev.tapswitch.control.systemd;

import dev.tapswitch.control.config.PortConfig;

/**
 * The name under which systemd stores the queues of a port. It depends on the namespace and the name with which the device was created. These never change,
 * so the next start finds the queues even if a container runtime has moved the device, or a container has renamed it. A port that has another device by
 * then does not get the queues of the former one. The name is a hash, because all names together must fit into one environment variable (128 KiB).
 */
final class QueueName {
    // FNV-1a, 64 bits. If two devices had the same hash, a restart would recreate both, which interrupts their traffic.
    // With 1,000 ports the probability is less than 10^-13.
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
