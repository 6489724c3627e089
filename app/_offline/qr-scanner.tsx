"use client";

import { Alert, Modal, Stack, Text } from "@mantine/core";
import { IconCameraOff } from "@tabler/icons-react";
import { frameLoop, type QRCamera, QRCanvas, rearCamera } from "qr/dom.js";
import { useEffect, useRef, useState } from "react";
import classes from "./offline.module.css";

/** The camera, held at a QR code until it is read. */
export function QrScanner({
  opened,
  close,
  found,
}: {
  opened: boolean;
  close: () => void;
  found: (text: string) => void;
}) {
  return (
    <Modal opened={opened} onClose={close} title="Scan the QR code" size="lg">
      {opened && <Camera found={found} />}
    </Modal>
  );
}

function Camera({ found }: { found: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const told = useRef(found);
  told.current = found;
  const [problem, setProblem] = useState<string>();

  useEffect(() => {
    let ended = false;
    let camera: QRCamera | undefined;
    let stop: () => void = () => undefined;
    const player = video.current;

    async function begin() {
      if (player === null) return;
      try {
        const begun = await rearCamera(player);
        if (ended) return begun.stop();
        camera = begun;
        const canvas = new QRCanvas();
        let busy = false;
        stop = frameLoop(async () => {
          if (busy || ended) return;
          busy = true;
          const text = await begun.readFrame(canvas, true).catch(() => undefined);
          busy = false;
          if (typeof text !== "string" || ended) return;
          ended = true;
          told.current(text);
        });
      } catch (error) {
        if (!ended) setProblem(problemOf(error));
      }
    }

    void begin();
    return () => {
      ended = true;
      stop();
      camera?.stop();
    };
  }, []);

  if (problem !== undefined)
    return (
      <Alert color="copper" icon={<IconCameraOff size={18} />} title="The camera cannot be used" role="alert">
        {problem}
      </Alert>
    );
  return (
    <Stack gap="sm">
      <video ref={video} className={classes.video} autoPlay muted playsInline aria-label="Camera" />
      <Text fz="sm" c="dimmed" role="status">
        Hold the camera still and straight, so that the whole code fills the picture.
      </Text>
    </Stack>
  );
}

const INSTEAD = "Take a picture of the code instead and choose it as a file, or paste the request's text.";

function problemOf(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError")
    return `This page may not use it: allow it in the browser's address bar and try again. ${INSTEAD}`;
  if (name === "NotFoundError" || name === "OverconstrainedError") return `This device has none. ${INSTEAD}`;
  if (name === "NotReadableError") return `Another program is using it: close that and try again. ${INSTEAD}`;
  return INSTEAD;
}
