package dev.tapswitch.control.api;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.handover.Handover;
import dev.tapswitch.control.http.Exchange;
import dev.tapswitch.control.http.RequestHandler;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.RequestException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes the requests of one connection to their routes on the control thread. */
final class ApiHandler extends RequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);
    private static final String TYPE = "application/json";

    private final Router router;
    private final ControlService control;
    private final ControlThread thread;
    private final ControlThread commands;
    private final Handover handover;

    ApiHandler(Router router, ControlService control, ControlThread thread, ControlThread commands, Handover handover) {
        this.router = router;
        this.control = control;
        this.thread = thread;
        this.commands = commands;
        this.handover = handover;
    }

    @Override
    protected void handle(Exchange exchange) {
        if (!exchange.problem().isEmpty()) {
            int status = exchange.isTooLong() ? 413 : 400;
            respond(exchange, Response.error(status, "the request is not valid HTTP: " + exchange.problem()));
            return;
        }
        switch (router.find(exchange.method(), exchange.uri(), exchange.body())) {
            case Router.Found.Nothing(var response) -> respond(exchange, response);
            case Router.Found.To(var route, var request) when route.equals(Routes.TRACE) -> trace(exchange, request);
            case Router.Found.To(var route, var request)
            when route.equals(Routes.RESTART) -> {
                var _ = handover.begin()
                        .thenApply(pid -> Response.ok(Views.object().put("pid", pid)))
                        .exceptionally(ApiHandler::explain)
                        .thenAccept(response -> respond(exchange, response));
            }
            case Router.Found.To(var route, var request) -> {
                ControlThread executor = route.runsCommands() ? commands : thread;
                var _ = executor.submit(() -> route.action().run(request))
                        .exceptionally(ApiHandler::explain)
                        .thenAccept(response -> respond(exchange, response));
            }
        }
    }

    private void trace(Exchange exchange, Request request) {
        var _ = thread.submit(() -> {
                    TraceStream.start(control, thread, request, new ChunkedLines(exchange));
                    return null;
                })
                .exceptionally(failure -> {
                    respond(exchange, explain(failure));
                    return null;
                });
    }

    private static Response explain(Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return switch (failure) {
            case RequestException refused -> Response.error(status(refused.reason()), refused.getMessage());
            case ConfigException wrong -> Response.error(400, wrong.oneLine());
            case JsonException wrong -> Response.error(400, wrong.getMessage());
            default -> {
                LOG.error("a request failed: this is a bug, please report it", failure);
                yield Response.error(500, BUG + failure);
            }
        };
    }

    private static int status(RequestException.Reason reason) {
        return switch (reason) {
            case INVALID -> 400;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case FAILED -> 500;
            case BUSY -> 503;
        };
    }

    /** May be called on any thread. */
    private void respond(Exchange exchange, Response response) {
        if (response.listing() != null) exchange.stream(TYPE, response.listing(), thread);
        else exchange.respond(response.status(), TYPE, response.body().toString());
    }
}
