#!/usr/bin/python3
"""A client of Kubernetes' Container Runtime Interface, as crictl, which Debian does not have.

    cri.py METHOD [JSON]              calls it, prints the answer as JSON
    cri.py stream URL [ROWS COLUMNS]  takes part in an exec, attach or port forward at the URL that such a call gave:
                                      standard input goes in, what comes out is printed; with a size, sets it

The interface's definition is not in Debian either, but every server carries it: it is read from containerd's own
executable, where the generated code keeps it compressed, and kept in the file that CRI_DEFINITION names.
"""
import json
import os
import sys
import threading
import zlib

SOCKET = "unix:///run/containerd/containerd.sock"


def definition():
    from google.protobuf import descriptor_pb2
    kept = os.environ["CRI_DEFINITION"]
    if os.path.exists(kept):
        with open(kept, "rb") as file:
            return descriptor_pb2.FileDescriptorProto.FromString(file.read())
    with open("/usr/bin/containerd", "rb") as file:
        data = file.read()
    position = data.find(b"\x1f\x8b\x08")
    while position >= 0:
        try:
            raw = zlib.decompressobj(31).decompress(data[position:position + (1 << 20)])
            found = descriptor_pb2.FileDescriptorProto.FromString(raw)
            if found.package == "runtime.v1":
                with open(kept, "wb") as file:
                    file.write(raw)
                return found
        except Exception:
            pass
        position = data.find(b"\x1f\x8b\x08", position + 1)
    sys.exit("containerd does not carry the definition of runtime.v1")


def call(method, request):
    import grpc
    from google.protobuf import descriptor_pool, json_format, message_factory
    file = definition()
    # Only extensions for the generator of Go code.
    del file.dependency[:]
    file.ClearField("options")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    service = next(s for s in ("RuntimeService", "ImageService") if method in pool.FindServiceByName("runtime.v1." + s).methods_by_name)
    types = pool.FindServiceByName("runtime.v1." + service).methods_by_name[method]
    factory = message_factory.MessageFactory(pool)
    message = json_format.Parse(request, factory.GetPrototype(types.input_type)())
    with grpc.insecure_channel(SOCKET) as channel:
        function = channel.unary_unary(
            f"/runtime.v1.{service}/{method}",
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=factory.GetPrototype(types.output_type).FromString)
        try:
            answer = function(message, timeout=40)
        except grpc.RpcError as error:
            sys.exit(f"{method}: {error.code().name}: {error.details()}")
    print(json_format.MessageToJson(answer, including_default_value_fields=True))


def stream(url, size):
    import websocket
    forwarding = "/portforward/" in url
    connection = websocket.create_connection(
        url.replace("http://", "ws://") + ("?port=80" if forwarding else ""), subprotocols=["v4.channel.k8s.io"], timeout=40)
    if size:
        connection.send_binary(b"\x04" + json.dumps({"Height": int(size[0]), "Width": int(size[1])}).encode())

    def type_in():
        for line in sys.stdin.buffer:
            connection.send_binary(b"\0" + line)

    threading.Thread(target=type_in, daemon=True).start()
    headers = 2 if forwarding else 0
    status = 0
    while True:
        try:
            frame = connection.recv()
        except websocket.WebSocketException:
            break
        if not frame:
            break
        # Of a port forward's two channels each begins with the port's number.
        if headers and len(frame) == 3:
            headers -= 1
        elif frame[0] == 3 and not forwarding:
            answer = json.loads(frame[1:])
            if answer.get("status") != "Success":
                causes = answer.get("details", {}).get("causes", [])
                status = next((int(c["message"]) for c in causes if c["reason"] == "ExitCode"), 1)
            break
        else:
            sys.stdout.buffer.write(frame[1:])
            sys.stdout.buffer.flush()
    sys.exit(status)


if sys.argv[1] == "stream":
    stream(sys.argv[2], sys.argv[3:])
else:
    call(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "{}")
