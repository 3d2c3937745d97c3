package dev.tapswitch.control.switches;

import dev.tapswitch.core.bridge.AddressClaim;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.MacAddress;

/** Describes for people what became of a claim of an address that another station has. */
final class AddressClaims {
    private AddressClaims() {}

    static String describe(RunningSwitch one, AddressClaim claim) {
        String address =
                IpAddress.format(claim.hi(), claim.lo()) + (claim.vlan() == 0 ? "" : " in VLAN " + claim.vlan());
        String owner = MacAddress.format(claim.owner());
        String claimant = MacAddress.format(claim.claimant());
        String port = "port " + port(one, claim.port());
        return switch (claim.outcome()) {
            case MOVED ->
                port + " has taken over " + address + " for " + claimant + ": " + owner + " at port "
                        + port(one, claim.ownerPort()) + " was asked and is silent";
            case DEFENDED ->
                port + " claims " + address + " for " + claimant + ", but " + owner + " at port "
                        + port(one, claim.ownerPort()) + " answers: dropped, see drop reason address-conflict";
            case BOUND ->
                port + " claims " + address + " for " + claimant + ", but it is bound to " + owner
                        + ": dropped, see drop reason address-bound";
        };
    }

    private static String port(RunningSwitch one, int index) {
        RunningPort port = one.port(index);
        return port == null ? "that is gone" : port.config().name();
    }
}
