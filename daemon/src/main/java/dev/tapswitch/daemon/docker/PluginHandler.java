package dev.tapswitch.daemon.docker;

import dev.tapswitch.daemon.control.ControlThread;
import dev.tapswitch.daemon.control.Refused;
import dev.tapswitch.daemon.http.JsonResponse;
import dev.tapswitch.daemon.json.Json;
import dev.tapswitch.daemon.json.JsonException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of dockerd's: POST of a method with JSON, or with nothing. An error is a 200 with an "Err", as dockerd expects it; a method that there
 * is not is a 404.
 */
final class PluginHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(PluginHandler.class);
    private static final String TYPE = "application/vnd.docker.plugins.v1.2+json";

    private final PluginMethods methods;
    private final ControlThread thread;

    PluginHandler(PluginMethods methods, ControlThread thread) {
        this.methods = methods;
        this.thread = thread;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest http) {
        String path = http.uri();
        String body = http.content().toString(StandardCharsets.UTF_8);
        LOG.debug("{} {}", path, body);
        PluginMethods.Method method = methods.find(path);
        if (http.decoderResult().isFailure() || method == null) {
            answer(context, HttpResponseStatus.NOT_FOUND, error("tapswitch has no " + path));
            return;
        }
        var _ = thread.submit(() -> method.run(Json.parse(body.isBlank() ? "{}" : body)))
                .exceptionally(failure -> explain(path, failure))
                .thenAccept(answer -> answer(context, HttpResponseStatus.OK, answer));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("a connection broke", cause);
        var _ = context.close();
    }

    private static Json explain(String path, Throwable failure) {
        return switch (failure) {
            case Refused refused -> {
                LOG.warn("{}: {}", path.substring(1), refused.getMessage());
                yield error(refused.getMessage());
            }
            case JsonException wrong -> error("the request is not JSON: " + wrong.getMessage());
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
    private static void answer(ChannelHandlerContext context, HttpResponseStatus status, Json body) {
        LOG.debug("-> {} {}", status.code(), body);
        var _ = context.writeAndFlush(JsonResponse.of(status.code(), TYPE, body.toString(), true));
    }
}
