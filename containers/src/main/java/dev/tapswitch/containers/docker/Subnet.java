package dev.tapswitch.containers.docker;

/**
 * One of a network's subnets.
 *
 * @param pool "10.77.0.0/24"
 * @param gateway "10.77.0.1/24"
 */
record Subnet(String pool, String gateway) {
    /** Without its length. */
    String gatewayAddress() {
        return Addresses.withoutLength(gateway);
    }
}
