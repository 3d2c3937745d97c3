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
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.PortState;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.SwitchProvider;
import dev.tapswitch.core.net.MacAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands ADD, DEL, CHECK, GC and STATUS of the Container Network Interface, specification 1.1. A network is a switch, and an attachment is
 * a port of it. Must be called on the control thread.
 */
public final class Cni implements Integration {
    private static final Logger LOG = LoggerFactory.getLogger(Cni.class);

    private final ControlService control;
    private final CniNetworks networks;

    private Cni(ControlService control, CniNetworks networks) {
        this.control = control;
        this.networks = networks;
    }

    /** Loads the networks from the state directory. */
    public static Cni load(IntegrationContext context, Nat nat) {
        ControlService control = context.control();
        CniState state = CniState.load(context.state(), control.userChanges());
        return new Cni(control, new CniNetworks(control, nat, state));
    }

    @Override
    public List<SwitchProvider> providers() {
        return List.of(networks.provider());
    }

    /** Restores masquerading. */
    @Override
    public void start() {
        networks.restore();
        try {
            networks.takeOver();
        } catch (RequestException e) {
            LOG.warn(
                    "CNI: the ports that an earlier release saved are not saved in the new format yet: {}",
                    e.getMessage());
        }
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route("POST", "/v1/cni", true, this::handle));
    }

    private Response handle(Request request) throws RequestException {
        CniResponse response = handle(Json.parse(request.json()));
        return new Response(response.status(), response.body());
    }

    /** Removes attachments of containers that are gone without a DEL. */
    @Override
    public void tick(long nowMs) {
        networks.tick(nowMs);
    }

    /** Handles a request with the keys command, container-id, netns, ifname, args, config and ipam. */
    private CniResponse handle(Json body) {
        String version = body.path("config").path("cniVersion").asString("1.0.0");
        try {
            CniRequest request = CniRequest.of(body);
            return switch (request.command()) {
                case "ADD" -> add(request);
                case "DEL" -> delete(request);
                case "CHECK" -> check(request);
                case "GC" -> collectGarbage(request);
                case "STATUS" -> done(request);
                default ->
                    throw new CniException(
                            CniException.INVALID_ENVIRONMENT,
                            "CNI_COMMAND \"" + request.command()
                                    + "\" is unknown; expected ADD, DEL, CHECK, GC, STATUS or VERSION");
            };
        } catch (CniException e) {
            return error(version, e.code(), e.getMessage());
        } catch (RequestException e) {
            return error(version, CniException.REFUSED, e.getMessage());
        } catch (ConfigException e) {
            return error(version, CniException.INVALID_CONFIG, e.oneLine());
        } catch (JsonException e) {
            return error(version, CniException.INVALID_CONFIG, e.getMessage());
        }
    }

    private CniResponse add(CniRequest request) throws CniException, RequestException, ConfigException {
        if (!request.ipamPlugin().isEmpty() && !request.ipam().isObject()) return delegated(request);
        IpamResult ipam = IpamResult.of(request);
        PortConfig port = port(request, ipam);
        networks.attach(request, ipam, port);
        RunningPort running = control.requirePort(request.switchName(), port.name());
        String mac = running.mac().map(MacAddress::format).orElse("");
        return new CniResponse(200, ipam.result(request, mac, port.get(PortSchema.MTU)));
    }

    /** The MTU of the network configuration as text; empty if it has none. */
    private static String mtu(CniRequest request) {
        Json config = request.config();
        return config.has("mtu") ? Integer.toString(config.path("mtu").asInt()) : "";
    }

    /** The port of a request. */
    static PortConfig port(CniRequest request, IpamResult ipam) throws CniException, ConfigException {
        Bandwidth bandwidth = request.bandwidth();
        return new PortDraft(request.attachment().port())
                .read(PortSchema.NAMESPACE, request.netns())
                .read(PortSchema.DEVICE, request.ifname())
                .read(PortSchema.KIND, request.config().path("kind").asString("auto"))
                .read(PortSchema.MTU, mtu(request))
                // Chosen here, so that it is bound before the container can change the address of its interface.
                .read(PortSchema.MAC, request.mac().isEmpty() ? randomMac() : request.mac())
                .read(PortSchema.ADDRESSES, ipam.addresses())
                .read(PortSchema.ROUTES, ipam.routeTexts())
                .set(PortSchema.SEND_LIMIT, bandwidth.egress())
                .set(PortSchema.RECEIVE_LIMIT, bandwidth.ingress())
                .set(PortSchema.BIND_MAC, true)
                .set(PortSchema.LEARNING_LIMIT, PortSchema.CONTAINER_LEARNING_LIMIT)
                .set(PortSchema.DROP_BEYOND_LIMIT, true)
                .build();
    }

    /** A locally administered unicast address. */
    private static String randomMac() {
        return MacAddress.format(0x0200_0000_0000L | ThreadLocalRandom.current().nextLong(1L << 40));
    }

    /** Removes an attachment. Succeeds if there is no such attachment, as the specification requires. */
    private CniResponse delete(CniRequest request) throws CniException, RequestException {
        networks.remove(request.networkId(), request.attachment().port());
        return done(request);
    }

    private CniResponse check(CniRequest request) throws CniException, RequestException {
        RunningPort port =
                control.requirePort(request.switchName(), request.attachment().port());
        if (port.state() != PortState.UP) throw failedCheck(request, port.why());
        Json before = request.config().path("prevResult");
        for (Json ip : before.path("ips")) {
            String address = ip.path("address").asString("");
            boolean isOurs = ip.path("interface").asInt(0) == 0;
            if (isOurs && !port.config().get(PortSchema.ADDRESSES).contains(address))
                throw failedCheck(request, "address " + address + " is missing");
        }
        String mac = before.path("interfaces").path(0).path("mac").asString("");
        String actual = port.mac().map(MacAddress::format).orElse("");
        if (!mac.isEmpty() && !mac.equalsIgnoreCase(actual))
            throw failedCheck(request, "its MAC address is " + actual + ", not " + mac);
        return done(request);
    }

    private static CniException failedCheck(CniRequest request, String what) {
        return new CniException(
                CniException.CHECK_FAILED, request.ifname() + " of container " + request.containerId() + ": " + what);
    }

    /** Removes all ports of the network except those of the attachments that the runtime lists as valid. */
    private CniResponse collectGarbage(CniRequest request) throws CniException, RequestException {
        Set<String> valid = new HashSet<>();
        for (Json attachment : request.config().path("cni.dev/valid-attachments")) {
            valid.add(new Attachment(
                            request.network(),
                            attachment.path("containerID").asString(""),
                            attachment.path("ifname").asString(""))
                    .port());
        }
        networks.retain(request.networkId(), valid);
        return done(request);
    }

    /** A successful response without a result, or the request to run the IPAM plugin if the network has one. */
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
