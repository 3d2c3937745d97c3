package dev.tapswitch.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tapswitch.linux.sys.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A link that attaches a program to what an interface receives, by tcx (Linux 6.6). The program runs after the programs that are attached already.
 * The attachment lasts as long as the link: until its last descriptor is closed and its pin is deleted, or until the interface is deleted.
 */
public final class TcxLink extends BpfObject {
    private static final int LINK_TYPE_TCX = 11;
    /** struct bpf_link_info: type, id, prog_id, then tcx.ifindex and tcx.attach_type in a union that is aligned to 8 bytes. */
    private static final int LINK_INFO_SIZE = 24;

    private static final int LINK_INFO_PROGRAM = 8;
    private static final int LINK_INFO_IFINDEX = 16;
    private static final int LINK_INFO_ATTACH_TYPE = 20;

    private TcxLink(int fd) {
        super("tcx", fd);
    }

    /** Attaches a program. {@code ifindex} refers to the namespace of the calling thread. */
    public static TcxLink attach(BpfProgram program, int ifindex) throws BpfException {
        int fd = create(program.fd(), ifindex);
        if (fd >= 0) return new TcxLink(fd);
        String advice = switch (-fd) {
            case Errno.EINVAL -> "tcx needs Linux 6.6";
            case Errno.EPERM -> "run as root, or with CAP_BPF and CAP_NET_ADMIN";
            default -> "";
        };
        throw new BpfException("attaching " + program + " to interface " + ifindex + " by tcx", fd, advice);
    }

    /** BPF_LINK_CREATE. Returns a descriptor or -errno. */
    static int create(int program, int ifindex) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = Bpf.attributes(arena, Bpf.LINK_SIZE);
            attributes.set(JAVA_INT, Bpf.LINK_PROGRAM, program);
            attributes.set(JAVA_INT, Bpf.LINK_IFINDEX, ifindex);
            attributes.set(JAVA_INT, Bpf.LINK_ATTACH_TYPE, Bpf.TCX_INGRESS);
            return Bpf.call(Bpf.LINK_CREATE, attributes);
        }
    }

    /**
     * Opens the link that is pinned at a path.
     *
     * @throws BpfException also if the object there is not a tcx link of received frames
     */
    public static TcxLink open(Path path) throws BpfException {
        return adopt(open("link", path));
    }

    /**
     * Takes ownership of a descriptor, which another process may have passed.
     *
     * @throws BpfException if it is not the descriptor of a tcx link of received frames; the descriptor is closed then
     */
    public static TcxLink adopt(int fd) throws BpfException {
        TcxLink link = new TcxLink(fd);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = link.info(arena);
            if (info.get(JAVA_INT, 0) == LINK_TYPE_TCX
                    && info.get(JAVA_INT, LINK_INFO_ATTACH_TYPE) == Bpf.TCX_INGRESS) {
                return link;
            }
            throw new BpfException("adopting a link", Errno.EINVAL, "it is no tcx link of received frames");
        } catch (BpfException e) {
            link.close();
            throw e;
        }
    }

    /** Replaces the program atomically. The exception has the errno ENOLINK if the interface does not exist any more. */
    public void update(BpfProgram program) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = Bpf.attributes(arena, Bpf.UPDATE_SIZE);
            attributes.set(JAVA_INT, Bpf.UPDATE_LINK, fd());
            attributes.set(JAVA_INT, Bpf.UPDATE_PROGRAM, program.fd());
            int result = Bpf.call(Bpf.LINK_UPDATE, attributes);
            if (result < 0) throw new BpfException("updating " + this + " to " + program, result, "");
        }
    }

    /** The index of the interface in its namespace; 0 if the interface does not exist any more, which ends the attachment. */
    public int ifindex() throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            return info(arena).get(JAVA_INT, LINK_INFO_IFINDEX);
        }
    }

    /** The id of the attached program: {@link BpfProgram#id}. */
    public int programId() throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            return info(arena).get(JAVA_INT, LINK_INFO_PROGRAM);
        }
    }

    private MemorySegment info(Arena arena) throws BpfException {
        MemorySegment info = arena.allocate(LINK_INFO_SIZE, Long.BYTES);
        int result = Bpf.info(fd(), info);
        if (result < 0) throw new BpfException("describing " + this, result, "");
        return info;
    }

    @Override
    public String toString() {
        return "a tcx link";
    }
}
