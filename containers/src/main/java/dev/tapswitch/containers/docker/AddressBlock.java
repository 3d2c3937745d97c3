package dev.tapswitch.containers.docker;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The addresses of a prefix, as numbers.
 *
 * @param bits 32 or 128
 * @param length of the prefix, bits
 */
record AddressBlock(BigInteger first, int bits, int length) {
    /** Reads "10.77.0.0/24"; bits beyond the length are cleared. IllegalArgumentException says what was expected. */
    static AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        String length = slash < 0 ? "" : text.substring(slash + 1);
        byte[] bytes = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                .getAddress();
        int bits = bytes.length * Byte.SIZE;
        if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > bits)
            throw new IllegalArgumentException("\"" + text + "\" is not a subnet; expected one such as 10.77.0.0/24");
        return of(new BigInteger(1, bytes), bits, Integer.parseInt(length));
    }

    static AddressBlock of(BigInteger any, int bits, int length) {
        int host = bits - length;
        return new AddressBlock(any.shiftRight(host).shiftLeft(host), bits, length);
    }

    BigInteger last() {
        return first.add(BigInteger.ONE.shiftLeft(bits - length)).subtract(BigInteger.ONE);
    }

    boolean contains(BigInteger address) {
        return address.compareTo(first) >= 0 && address.compareTo(last()) <= 0;
    }

    boolean overlaps(AddressBlock other) {
        return bits == other.bits && first.compareTo(other.last()) <= 0 && other.first.compareTo(last()) <= 0;
    }

    /** Whether a host may have it: not the network's own, nor its broadcast address, which IPv6 and RFC 3021's /31 do not have. */
    boolean isForHosts(BigInteger address) {
        if (!contains(address)) return false;
        if (bits - length < 2) return true;
        return !address.equals(first) && (bits == 128 || !address.equals(last()));
    }

    /** The number of an address that is written without a length. */
    static BigInteger number(String address) {
        return new BigInteger(1, InetAddress.ofLiteral(address).getAddress());
    }

    /** As text, without a length. */
    String text(BigInteger address) {
        byte[] number = address.toByteArray();
        byte[] bytes = new byte[bits / Byte.SIZE];
        int copied = Math.min(number.length, bytes.length);
        System.arraycopy(number, number.length - copied, bytes, bytes.length - copied, copied);
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("neither 4 nor 16 bytes", e);
        }
    }

    @Override
    public String toString() {
        return text(first) + "/" + length;
    }
}
