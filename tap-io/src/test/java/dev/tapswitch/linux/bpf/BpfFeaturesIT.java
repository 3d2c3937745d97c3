package dev.tapswitch.linux.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BpfFeaturesIT {
    /** Prints the missing features. Runs without capabilities, in a separate process. */
    static final class Unprivileged {
        public static void main(String[] arguments) {
            BpfFeatures.probe().missing().forEach((feature, reason) -> System.out.println(feature + "=" + reason));
        }
    }

    @Test
    void withoutCapabilitiesEachFeatureIsMissingAndTheReasonSaysWhatToDo() {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        String java = ProcessHandle.current().info().command().orElseThrow();
        String output = BpfFixture.run(
                "setpriv",
                "--bounding-set=-all",
                "--inh-caps=-all",
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Unprivileged.class.getName());
        assertEquals(BpfFeature.values().length, output.lines().count(), output);
        for (BpfFeature each : BpfFeature.values()) {
            assertTrue(
                    output.contains(each + "=not permitted; run as root, or with CAP_BPF and CAP_NET_ADMIN\n"), output);
        }
    }

    /** Root has all features of Linux 5.10, and has tcx from Linux 6.6 on. */
    @Test
    void rootHasTheFeaturesOfTheKernelsVersion() {
        BpfFixture.assume(BpfFeature.PROGRAMS);
        BpfFeatures features = BpfFeatures.probe();
        int[] version = Arrays.stream(System.getProperty("os.version").split("[^0-9]+"))
                .limit(2)
                .mapToInt(Integer::parseInt)
                .toArray();
        boolean hasTcx = version[0] > 6 || version[0] == 6 && version[1] >= 6;
        assertEquals(hasTcx, features.has(BpfFeature.TCX), features.missing().toString());
        assertTrue(features.has(BpfFeature.REDIRECT_PEER), features.missing().toString());
        if (!hasTcx) assertEquals("needs Linux 6.6", features.missing().get(BpfFeature.TCX));
    }
}
