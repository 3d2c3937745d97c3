package dev.tapswitch.containers;

import dev.tapswitch.containers.cni.Cni;
import dev.tapswitch.containers.docker.Docker;
import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.control.integration.Integration;
import dev.tapswitch.control.integration.IntegrationContext;
import dev.tapswitch.control.schema.DockerSchema;
import java.util.ArrayList;
import java.util.List;

/** The integrations of container runtimes. */
public final class Containers {
    private Containers() {}

    /** CNI, Docker where it is enabled, and the firewall last: its rules are written once the others have said what they need. */
    public static List<Integration> create(IntegrationContext context) {
        Nat nat = new Nat(context.commands(), context.config().docker().get(DockerSchema.REACHABLE_BRIDGES));
        List<Integration> all = new ArrayList<>();
        all.add(Cni.load(context, nat));
        if (context.config().docker().get(DockerSchema.ENABLED)) all.add(Docker.restore(context, nat));
        all.add(nat);
        return all;
    }
}
