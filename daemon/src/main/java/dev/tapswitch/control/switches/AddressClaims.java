package dev.tapswitch.control.switches;

import dev.tapswitch.core.bridge.AddressClaim;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.MacAddress;

/** Describes, for the log, how a station claimed an IP address that another station has, and what the switch did about it. */
final class AddressClaims {
    private AddressClaims() {}

    static String describe(RunningSwitch sw, AddressClaim claim) {
        String address =
                IpAddress.format(claim.hi(), claim.lo()) + (claim.vlan() == 0 ? "" : " in VLAN " + claim.vlan());
        String owner = MacAddress.format(claim.owner());
        String claimant = MacAddress.format(claim.claimant());
        String port = "port " + port(sw, claim.port());
        return switch (claim.outcome()) {
            case MOVED ->
                port + " has taken over " + address + " for " + claimant + ": " + owner + " at port "
                        + port(sw, claim.ownerPort()) + " does not answer a probe";
            case DEFENDED ->
                port + " claims " + address + " for " + claimant + ", but " + owner + " at port "
                        + port(sw, claim.ownerPort()) + " answers: dropped, see drop reason address-conflict";
            case BOUND ->
                port + " claims " + address + " for " + claimant + ", but it is bound to " + owner
                        + ": dropped, see drop reason address-bound";
        };
    }

    private static String port(RunningSwitch sw, int index) {
        RunningPort port = sw.port(index);
        return port == null ? "that is gone" : port.config().name();
    }
}
