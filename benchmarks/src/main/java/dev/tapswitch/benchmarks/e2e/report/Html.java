package dev.tapswitch.benchmarks.e2e.report;

/** HTML fragments shared by the parts of the page. */
final class Html {
    private Html() {}

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** The colour of a system: Tapswitch stands out, the floor is grey. The palette is safe for colour-blind readers (Okabe and Ito). */
    static String colour(String system) {
        return switch (system) {
            case "tapswitch-epoll" -> "#0072b2";
            case "tapswitch-uring" -> "#56b4e9";
            case "bridge" -> "#d55e00";
            case "ovs" -> "#e69f00";
            case "ovs-tso" -> "#cc79a7";
            case "vde2" -> "#009e73";
            case "floor-epoll" -> "#777777";
            case "floor-uring" -> "#aaaaaa";
            default -> "#555555";
        };
    }
}
