package dev.tapswitch.containers.docker;

import dev.tapswitch.control.http.Exchange;
import dev.tapswitch.control.http.RequestHandler;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.RequestException;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the requests of dockerd on a connection. The path of a request names the method, and the body is JSON or empty. As dockerd expects, an
 * error is a response 200 with the key "Err", and an unknown method is a 404.
 */
final class PluginHandler extends RequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PluginHandler.class);
    private static final String TYPE = "application/vnd.docker.plugins.v1.2+json";

    private final PluginMethods methods;
    private final ControlThread thread;

    PluginHandler(PluginMethods methods, ControlThread thread) {
        this.methods = methods;
        this.thread = thread;
    }

    @Override
    protected void handle(Exchange exchange) {
        String path = exchange.uri();
        String body = exchange.body();
        LOG.debug("{} {}", path, body);
        PluginMethods.Method method = methods.find(path);
        if (!exchange.problem().isEmpty()) {
            respond(exchange, HttpResponseStatus.BAD_REQUEST, error(exchange.problem()));
            return;
        }
        if (method == null) {
            respond(exchange, HttpResponseStatus.NOT_FOUND, error("tapswitch does not support " + path));
            return;
        }
        var _ = thread.submit(() -> method.run(Json.parse(body.isBlank() ? "{}" : body)))
                .exceptionally(failure -> explain(path, failure))
                .thenAccept(response -> respond(exchange, HttpResponseStatus.OK, response));
    }

    /** The error for dockerd. Only a RequestException or a JsonException is about the request; any other failure is a bug. */
    static Json explain(String path, Throwable failure) {
        return switch (failure) {
            case RequestException e -> {
                LOG.warn("{} failed: {}", path.substring(1), e.getMessage());
                yield error(e.getMessage());
            }
            case JsonException e -> error("the request cannot be read: " + e.getMessage());
            default -> {
                LOG.error("{} failed: this is a bug, please report it", path, failure);
                yield error(BUG + failure);
            }
        };
    }

    /** The protocol of the network driver uses the key Err, that of the IPAM driver Error. */
    private static Json error(String message) {
        return Json.object().put("Err", message).put("Error", message);
    }

    /** May be called on any thread. */
    private static void respond(Exchange exchange, HttpResponseStatus status, Json body) {
        LOG.debug("-> {} {}", status.code(), body);
        exchange.respond(status.code(), TYPE, body.toString());
    }
}
