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

    /** Creates CNI, Docker if it is enabled, and the firewall. The firewall is last, because it writes the rules that the others need. */
    public static List<Integration> create(IntegrationContext context) {
        Nat nat = new Nat(context.commands(), context.config().docker().get(DockerSchema.REACHABLE_BRIDGES));
        List<Integration> all = new ArrayList<>();
        all.add(Cni.load(context, nat));
        if (context.config().docker().get(DockerSchema.ENABLED)) all.add(Docker.restore(context, nat));
        all.add(nat);
        return all;
    }
}
