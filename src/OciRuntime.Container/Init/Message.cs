using OciRuntime.Linux;

namespace OciRuntime.Container.Init;

/// <summary>One message between runtime and init.</summary>
/// <param name="Type">What it says.</param>
/// <param name="Number">A pid or errno, as the type tells.</param>
/// <param name="Text">Text, empty for most types.</param>
/// <param name="File">A passed descriptor, owned by the receiver; <see cref="FileDescriptor.None"/> for most types.</param>
/// <param name="Sender">The sender's pid, as the kernel vouches; 0 unless <see cref="MessageChannel.ReceiveSenders"/> was called.</param>
public readonly record struct Message(MessageType Type, int Number, string Text, FileDescriptor File, int Sender);
