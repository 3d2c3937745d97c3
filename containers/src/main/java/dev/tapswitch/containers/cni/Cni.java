package dev.tapswitch.containers.cni;

import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.control.api.Request;
import dev.tapswitch.control.api.Response;
import dev.tapswitch.control.api.Route;
import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.PortDraft;
import dev.tapswitch.control.integration.Integration;
import dev.tapswitch.control.integration.IntegrationContext;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.PortState;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.core.net.MacAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verbs ADD, DEL, CHECK, GC and STATUS of the Container Network Interface, specification 1.1: a network is a switch, an attachment a port
 * of it. Ports are kept as those that users add. Control thread.
 */
public final class Cni implements Integration {
    private static final Logger LOG = LoggerFactory.getLogger(Cni.class);

    private final ControlService control;
    private final CniNetworks networks;

    private Cni(ControlService control, CniNetworks networks) {
        this.control = control;
        this.networks = networks;
    }

    /** With what was kept in the state's directory. */
    public static Cni load(IntegrationContext context, Nat nat) {
        ControlService control = context.control();
        return new Cni(control, new CniNetworks(control, nat, CniState.load(context.state())));
    }

    /** Adds what was masqueraded before. */
    @Override
    public void start() {
        networks.restore();
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route("POST", "/v1/cni", true, this::answer));
    }

    private Response answer(Request request) throws RequestException {
        CniResponse answer = answer(Json.parse(request.json()));
        return new Response(answer.status(), answer.body());
    }

    /** Forgets attachments of containers that are gone without a DEL. */
    @Override
    public void tick(long nowMs) {
        networks.tick(nowMs);
    }

    /** {@code body}: command, container-id, netns, ifname, args, config, ipam. */
    public CniResponse answer(Json body) {
        String version = body.path("config").path("cniVersion").asString("1.0.0");
        try {
            CniRequest request = CniRequest.of(body);
            return switch (request.command()) {
                case "ADD" -> add(request);
                case "DEL" -> delete(request);
                case "CHECK" -> check(request);
                case "GC" -> collect(request);
                case "STATUS" -> done(request);
                default ->
                    throw new CniException(
                            CniException.INVALID_ENVIRONMENT,
                            "CNI_COMMAND \"" + request.command()
                                    + "\" is not known; expected ADD, DEL, CHECK, GC, STATUS or VERSION");
            };
        } catch (CniException e) {
            return error(version, e.code(), e.getMessage());
        } catch (RequestException e) {
            return error(version, CniException.REFUSED, e.getMessage());
        } catch (ConfigException e) {
            return error(version, CniException.INVALID_CONFIG, e.oneLine());
        }
    }

    private CniResponse add(CniRequest request) throws CniException, RequestException, ConfigException {
        if (!request.ipamPlugin().isEmpty() && !request.ipam().isObject()) return delegated(request);
        IpamResult addressing = IpamResult.of(request);
        PortConfig port = port(request, addressing);
        forgetIfGone(request);
        try {
            networks.provide(request, addressing);
            control.addPort(request.switchName(), port);
        } catch (CniException | RequestException | ConfigException e) {
            releaseQuietly(request);
            throw e;
        }
        RunningPort running = control.requirePort(request.switchName(), port.name());
        String mac = running.mac().map(MacAddress::format).orElse("");
        return new CniResponse(200, addressing.result(request, mac, port.get(PortSchema.MTU)));
    }

    /** After the host was started anew a runtime adds its container again, in another namespace, with no DEL before. */
    private void forgetIfGone(CniRequest request) throws RequestException {
        RunningSwitch one = control.host().find(request.switchName());
        RunningPort port = one == null ? null : one.port(request.attachment().port());
        if (port != null && port.state() == PortState.GONE)
            control.removePort(one.name(), port.config().name());
    }

    private void releaseQuietly(CniRequest request) {
        try {
            networks.release(request.network(), request.switchName());
        } catch (RequestException e) {
            LOG.warn("CNI network {}: {}", request.network(), e.getMessage());
        }
    }

    /** The port that a request asks for. */
    static PortConfig port(CniRequest request, IpamResult addressing) throws CniException, ConfigException {
        Bandwidth bandwidth = request.bandwidth();
        return new PortDraft(request.attachment().port())
                .read(PortSchema.NAMESPACE, request.netns())
                .read(PortSchema.DEVICE, request.ifname())
                .read(PortSchema.MTU, request.config().path("mtu").asString(""))
                // Known from the first moment, so that it can be bound, whatever the container does to its interface.
                .read(PortSchema.MAC, request.mac().isEmpty() ? randomMac() : request.mac())
                .read(PortSchema.ADDRESSES, addressing.addresses())
                .read(PortSchema.ROUTES, addressing.routeTexts())
                .set(PortSchema.SEND_LIMIT, bandwidth.egress())
                .set(PortSchema.RECEIVE_LIMIT, bandwidth.ingress())
                .set(PortSchema.BIND_MAC, true)
                .set(PortSchema.LEARNING_LIMIT, PortSchema.CONTAINER_LEARNING_LIMIT)
                .set(PortSchema.DROP_BEYOND_LIMIT, true)
                .build();
    }

    /** Locally administered, one station's. */
    private static String randomMac() {
        return MacAddress.format(0x0200_0000_0000L | ThreadLocalRandom.current().nextLong(1L << 40));
    }

    /** What is not there is deleted already. */
    private CniResponse delete(CniRequest request) throws CniException, RequestException {
        String port = request.attachment().port();
        RunningSwitch one = control.host().find(request.switchName());
        if (one != null && one.port(port) != null) control.removePort(one.name(), port);
        networks.release(request.network(), request.switchName());
        return done(request);
    }

    private CniResponse check(CniRequest request) throws CniException, RequestException {
        RunningPort port =
                control.requirePort(request.switchName(), request.attachment().port());
        if (port.state() != PortState.UP) throw wrong(request, port.why());
        Json before = request.config().path("prevResult");
        for (Json ip : before.path("ips")) {
            String address = ip.path("address").asString("");
            boolean isOurs = ip.path("interface").asInt(0) == 0;
            if (isOurs && !port.config().get(PortSchema.ADDRESSES).contains(address))
                throw wrong(request, "it has not got " + address);
        }
        String mac = before.path("interfaces").path(0).path("mac").asString("");
        String its = port.mac().map(MacAddress::format).orElse("");
        if (!mac.isEmpty() && !mac.equalsIgnoreCase(its)) throw wrong(request, "its MAC is " + its + ", not " + mac);
        return done(request);
    }

    private static CniException wrong(CniRequest request, String what) {
        return new CniException(
                CniException.NOT_AS_IT_SHOULD_BE,
                request.ifname() + " of container " + request.containerId() + ": " + what);
    }

    /** Removes the network's ports but those of the attachments that the runtime says are valid. */
    private CniResponse collect(CniRequest request) throws CniException, RequestException {
        Set<String> valid = new HashSet<>();
        for (Json each : request.config().path("cni.dev/valid-attachments")) {
            valid.add(new Attachment(
                            request.network(),
                            each.path("containerID").asString(""),
                            each.path("ifname").asString(""))
                    .port());
        }
        RunningSwitch one = control.host().find(request.switchName());
        if (one != null) {
            String prefix = Attachment.prefix(request.network());
            List<String> stale = one.ports().stream()
                    .map(port -> port.config().name())
                    .filter(name -> name.startsWith(prefix) && !valid.contains(name))
                    .toList();
            for (String name : stale) control.removePort(one.name(), name);
        }
        networks.release(request.network(), request.switchName());
        return done(request);
    }

    /** Our part is done; the IPAM plugin's comes next where there is one. */
    private static CniResponse done(CniRequest request) throws CniException {
        return request.ipamPlugin().isEmpty() ? new CniResponse(200, Json.object()) : delegated(request);
    }

    private static CniResponse delegated(CniRequest request) throws CniException {
        return new CniResponse(202, Json.object().put("ipam", request.ipamPlugin()));
    }

    private static CniResponse error(String version, int code, String message) {
        Json body = Json.object();
        return new CniResponse(
                400, body.put("cniVersion", version).put("code", code).put("msg", message));
    }
}
