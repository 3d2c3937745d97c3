package dev.tapswitch.control.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Finds the route of a request. Immutable. */
final class Router {
    private final List<Route> routes;

    Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    /** The result of a search: a route and the request for it, or the response if no route matches. */
    sealed interface Found {
        record To(Route route, Request request) implements Found {}

        record Nothing(Response response) implements Found {}
    }

    /** Finds the route. {@code uri}: path and query, percent-encoded. */
    Found find(String method, String uri, String body) {
        int question = uri.indexOf('?');
        String path = question < 0 ? uri : uri.substring(0, question);
        List<String> parts;
        Map<String, String> query;
        try {
            parts = parts(path);
            query = question < 0 ? Map.of() : query(uri.substring(question + 1));
        } catch (IllegalArgumentException e) {
            return new Found.Nothing(Response.error(400, "the path is not well-formed: " + e.getMessage()));
        }
        TreeSet<String> methods = new TreeSet<>();
        for (Route route : routes) {
            Map<String, String> values = route.match(parts);
            if (values == null) continue;
            if (route.method().equals(method)) return new Found.To(route, new Request(values, query, body));
            methods.add(route.method());
        }
        if (methods.isEmpty()) {
            return new Found.Nothing(
                    Response.error(404, "there is no resource " + path + "; see /v1/openapi.json for all paths"));
        }
        return new Found.Nothing(Response.error(
                405, path + " does not support " + method + "; expected " + String.join(" or ", methods)));
    }

    private static List<String> parts(String path) {
        List<String> parts = new ArrayList<>();
        for (String part : path.substring(Math.min(1, path.length())).split("/", -1))
            parts.add(decode(part.replace("+", "%2B")));
        return parts;
    }

    private static Map<String, String> query(String text) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (pair.isEmpty()) continue;
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            query.putIfAbsent(name, equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        return query;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
