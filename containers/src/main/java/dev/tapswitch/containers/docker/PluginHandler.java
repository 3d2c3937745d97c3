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
 * One connection of dockerd's: POST of a method with JSON, or with nothing. An error is a 200 with an "Err", as dockerd expects it; a method that there
 * is not is a 404.
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
            answer(exchange, HttpResponseStatus.BAD_REQUEST, error(exchange.problem()));
            return;
        }
        if (method == null) {
            answer(exchange, HttpResponseStatus.NOT_FOUND, error("tapswitch has no " + path));
            return;
        }
        var _ = thread.submit(() -> method.run(Json.parse(body.isBlank() ? "{}" : body)))
                .exceptionally(failure -> explain(path, failure))
                .thenAccept(answer -> answer(exchange, HttpResponseStatus.OK, answer));
    }

    private static Json explain(String path, Throwable failure) {
        return switch (failure) {
            case RequestException refused -> {
                LOG.warn("{}: {}", path.substring(1), refused.getMessage());
                yield error(refused.getMessage());
            }
            case JsonException wrong -> error("the request cannot be read: " + wrong.getMessage());
            case IllegalArgumentException wrong -> error(wrong.getMessage());
            default -> {
                LOG.error("{} failed: this is a bug, please report it", path, failure);
                yield error("tapswitch failed at this, which is a bug: its log says more (" + failure + ")");
            }
        };
    }

    /** The network driver's protocol calls it Err, the IPAM driver's Error. */
    private static Json error(String message) {
        return Json.object().put("Err", message).put("Error", message);
    }

    /** Any thread. */
    private static void answer(Exchange exchange, HttpResponseStatus status, Json body) {
        LOG.debug("-> {} {}", status.code(), body);
        exchange.answer(status.code(), TYPE, body.toString());
    }
}
