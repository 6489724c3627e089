// Preloaded where a process cannot be given a network of its own: whatever tries to use one ends it.
import dns from "node:dns";
import net from "node:net";

function refuse() {
  process.stderr.write("A network was used.\n");
  process.exit(99);
}
net.Socket.prototype.connect = refuse;
dns.lookup = refuse;
