package dev.tapswitch.linux.bpf;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.util.EnumMap;
import java.util.Map;

/**
 * The features that this kernel has and permits this process to use, determined by trying each one.
 *
 * @param missing the missing features, each with the reason, one line for users
 */
public record BpfFeatures(Map<BpfFeature, String> missing) {
    private static final String PRIVILEGE = "not permitted; run as root, or with CAP_BPF and CAP_NET_ADMIN";
    /** An interface index that does not exist. */
    private static final int NO_INTERFACE = Integer.MAX_VALUE;

    private static final int LOOPBACK = 1;

    public BpfFeatures {
        missing = Map.copyOf(missing);
    }

    public boolean has(BpfFeature feature) {
        return !missing.containsKey(feature);
    }

    /** Tries all features with temporary objects, and clsact in a temporary network namespace. Takes about 20 ms. */
    public static BpfFeatures probe() {
        Map<BpfFeature, String> missing = new EnumMap<>(BpfFeature.class);
        try (BpfMap map = BpfMap.create(MapSpec.array("probe", Long.BYTES, 1))) {
            probePrograms(map, missing);
        } catch (BpfException e) {
            for (BpfFeature each : BpfFeature.values()) missing.put(each, reason(e));
        }
        return new BpfFeatures(missing);
    }

    private static void probePrograms(BpfMap map, Map<BpfFeature, String> missing) {
        Assembler minimal = new Assembler().loadFirstValue(Register.R1, map.reference());
        minimal.move(Register.R0, 0).exit();
        try (BpfProgram program = BpfProgram.load("probe", minimal.assemble())) {
            probePeer(missing);
            probeTcx(program, missing);
            probeClsact(program, missing);
        } catch (BpfException e) {
            for (BpfFeature each : BpfFeature.values()) if (each != BpfFeature.MAPS) missing.put(each, reason(e));
        }
    }

    private static void probePeer(Map<BpfFeature, String> missing) {
        Assembler redirect = new Assembler().move(Register.R1, 1).move(Register.R2, 0);
        redirect.call(KernelFunction.REDIRECT_PEER).exit();
        try {
            BpfProgram.load("probe_peer", redirect.assemble()).close();
        } catch (BpfException e) {
            missing.put(BpfFeature.REDIRECT_PEER, e.errno() == Errno.EINVAL ? "needs Linux 5.10" : reason(e));
        }
    }

    /** A kernel with tcx returns ENODEV for an interface that does not exist; a kernel without tcx returns EINVAL for the attach type. */
    private static void probeTcx(BpfProgram program, Map<BpfFeature, String> missing) {
        int result = TcxLink.create(program.fd(), NO_INTERFACE);
        if (result == -Errno.ENODEV) return;
        if (result >= 0) Libc.close(result);
        missing.put(
                BpfFeature.TCX,
                result == -Errno.EINVAL ? "needs Linux 6.6" : result == -Errno.EPERM ? PRIVILEGE : Errno.text(result));
    }

    /** Uses a dedicated thread, which enters a new namespace and ends with it. */
    private static void probeClsact(BpfProgram program, Map<BpfFeature, String> missing) {
        String[] reason = {"the probe was interrupted"};
        Thread thread = Thread.ofPlatform().name("bpf-probe").daemon().start(() -> reason[0] = tryClsact(program));
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!reason[0].isEmpty()) missing.put(BpfFeature.CLSACT, reason[0]);
    }

    /** Returns the reason why clsact does not work; empty if it works. */
    private static String tryClsact(BpfProgram program) {
        int result = Libc.unshare(Linux.CLONE_NEWNET);
        if (result < 0) return "cannot be tried in a namespace: " + Errno.text(result);
        try {
            ClsactFilter.attach(program, LOOPBACK);
            return "";
        } catch (BpfException e) {
            return reason(e);
        }
    }

    private static String reason(BpfException e) {
        return switch (e.errno()) {
            case Errno.EPERM -> PRIVILEGE;
            case Errno.ENOSYS -> "the kernel is built without CONFIG_BPF_SYSCALL";
            default -> e.getMessage();
        };
    }
}
