package dev.tapswitch.daemon.api;

import dev.tapswitch.daemon.config.ConfigException;
import dev.tapswitch.daemon.control.Control;
import dev.tapswitch.daemon.control.ControlThread;
import dev.tapswitch.daemon.control.Refused;
import dev.tapswitch.daemon.handover.HandOver;
import dev.tapswitch.daemon.http.JsonResponse;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.timeout.IdleStateEvent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection's requests, one after the other, each to its route on the control thread. */
final class ApiHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);

    private final Router router;
    private final Control control;
    private final ControlThread thread;
    private final ControlThread commands;
    private final HandOver handOver;
    private volatile boolean isBusy;

    ApiHandler(Router router, Control control, ControlThread thread, ControlThread commands, HandOver handOver) {
        this.router = router;
        this.control = control;
        this.thread = thread;
        this.commands = commands;
        this.handOver = handOver;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest http) {
        boolean keepAlive = HttpUtil.isKeepAlive(http);
        isBusy = true;
        if (http.decoderResult().isFailure()) {
            answer(
                    context,
                    Answer.error(
                            400,
                            "the request is not HTTP: "
                                    + http.decoderResult().cause().getMessage()),
                    false);
            return;
        }
        String body = http.content().toString(StandardCharsets.UTF_8);
        switch (router.find(http.method().name(), http.uri(), body)) {
            case Router.Found.Nowhere(var answer) -> answer(context, answer, keepAlive);
            case Router.Found.To(var route, var request) when route.equals(Routes.WATCH) -> watch(context, request);
            case Router.Found.To(var route, var request)
            when route.equals(Routes.RESTART) -> {
                var _ = handOver.begin()
                        .thenApply(pid -> Answer.ok(Views.object().put("pid", pid)))
                        .exceptionally(ApiHandler::explain)
                        .thenAccept(answer -> answer(context, answer, keepAlive));
            }
            case Router.Found.To(var route, var request) -> {
                ControlThread its = route.path().equals(Routes.CNI) ? commands : thread;
                var _ = its.submit(() -> route.action().run(request))
                        .exceptionally(ApiHandler::explain)
                        .thenAccept(answer -> answer(context, answer, keepAlive));
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("a connection broke", cause);
        var _ = context.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        boolean isIdle = event instanceof IdleStateEvent && !isBusy;
        if (isIdle) {
            var _ = context.close();
        }
    }

    private void watch(ChannelHandlerContext context, Request request) {
        var _ = thread.submit(() -> {
                    TraceStream.start(control, thread, request, new ChunkedLines(context));
                    return null;
                })
                .exceptionally(failure -> {
                    answer(context, explain(failure), false);
                    return null;
                });
    }

    private static Answer explain(Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return switch (failure) {
            case Refused refused -> Answer.error(status(refused.reason()), refused.getMessage());
            case ConfigException wrong -> Answer.error(400, wrong.oneLine());
            default -> {
                LOG.error("a request failed: this is a bug, please report it", failure);
                yield Answer.error(
                        500, "the daemon failed at this, which is a bug: its log says more (" + failure + ")");
            }
        };
    }

    private static int status(Refused.Reason reason) {
        return switch (reason) {
            case INVALID -> 400;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case FAILED -> 500;
            case BUSY -> 503;
        };
    }

    /** Any thread. */
    private void answer(ChannelHandlerContext context, Answer answer, boolean keepAlive) {
        isBusy = false;
        var sent = context.writeAndFlush(JsonResponse.of(
                answer.status(), "application/json", answer.body().toString(), keepAlive));
        if (!keepAlive) sent.addListener(ChannelFutureListener.CLOSE);
    }
}
