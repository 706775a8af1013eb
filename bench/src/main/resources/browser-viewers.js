// Measures viewers of other projects; see BrowserViewers. A frame counts when its pixels are read back. The viewers measured
// have read their model and sorted it once; gaussian-splats-3d renders a model at rest, the LAM renderer animates it.
'use strict';

const viewers = {
  'gaussian-splats-3d': gaussianSplats3d,
  'gaussian-splat-renderer-for-lam': lamRenderer,
};

/** scene: camera as exported, with url of the model and seconds. Returns frames, milliseconds and the image at rest. */
async function measure(name, scene) {
  const stage = document.getElementById('stage');
  stage.style.width = scene.width + 'px';
  stage.style.height = scene.height + 'px';
  const viewer = await viewers[name](stage, scene);
  const gl = viewer.gl;
  const pixel = new Uint8Array(4);
  const frame = async () => {
    viewer.frame();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    // Messages of the viewer's sort worker.
    await new Promise((resolve) => setTimeout(resolve));
  };
  await repeat(frame, scene.seconds / 4, 5);
  const result = await repeat(frame, scene.seconds, 5);
  viewer.rest();
  // Sorts run in a worker beside the frames.
  await repeat(frame, 3, 10);
  viewer.frame();
  const pixels = new Uint8Array(4 * scene.width * scene.height);
  gl.readPixels(0, 0, scene.width, scene.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  result.image = base64(rgb(pixels, scene.width, scene.height, true));
  result.renderer = rendererName(gl);
  return result;
}

async function repeat(frame, seconds, least) {
  const start = performance.now();
  let frames = 0;
  while (frames < least || performance.now() - start < seconds * 1000) {
    await frame();
    frames++;
  }
  return {frames, millis: performance.now() - start};
}

async function gaussianSplats3d(stage, scene) {
  const THREE = await import('three');
  const {Viewer, SceneRevealMode} = await import('gaussian-splats-3d');
  const renderer = new THREE.WebGLRenderer({antialias: false, precision: 'highp'});
  renderer.setPixelRatio(1);
  renderer.setSize(scene.width, scene.height);
  renderer.setClearColor(0, 1);
  stage.append(renderer.domElement);
  const camera = new THREE.PerspectiveCamera();
  place(camera, scene);
  const viewer = new Viewer({
    rootElement: stage,
    renderer,
    camera,
    selfDrivenMode: false,
    useBuiltInControls: false,
    sharedMemoryForWorkers: false,
    sceneRevealMode: SceneRevealMode.Instant,
    sphericalHarmonicsDegree: 2,
  });
  await viewer.addSplatScene(scene.url, {showLoadingUI: false, splatAlphaRemovalThreshold: 1});
  return {
    gl: renderer.getContext(),
    frame: () => {
      viewer.update();
      viewer.render();
    },
    rest: () => {},
  };
}

async function lamRenderer(stage, scene) {
  const {GaussianSplatRenderer} = await import('lam');
  const weights = {};
  let talking = true;
  let frames = 0;
  // The renderer starts a loop of its own; here it runs when called.
  let loop = null;
  let loaded;
  const ready = new Promise((resolve) => { loaded = resolve; });
  const renderer = await GaussianSplatRenderer.getInstance(stage, scene.url, {
    getChatState: () => 'Idle',
    getExpressionData: () => {
      if (talking) {
        weights.jawOpen = 0.5 + 0.5 * Math.sin(0.3 * frames++);
      }
      return {...weights};
    },
    backgroundColor: '0x000000',
    loadProgress: (share) => share === 1 && loaded(),
  });
  if (!renderer) {
    throw new Error('the avatar was not loaded');
  }
  await ready;
  window.requestAnimationFrame = (callback) => { loop = callback; return 0; };
  const viewer = renderer.viewer;
  while (!loop || !viewer.splatRenderReady) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  viewer.controls = null;
  // Without fading in, which takes hundreds of frames.
  viewer.sceneRevealMode = 2;
  place(viewer.camera, scene);
  viewer.camera.position.add(await centre(viewer));
  viewer.camera.updateMatrixWorld();
  return {
    gl: viewer.renderer.getContext(),
    frame: () => {
      viewer.renderNextFrame = true;
      loop(performance.now());
    },
    rest: () => {
      talking = false;
      Object.keys(weights).forEach((name) => { weights[name] = 0; });
      renderer.animManager.update = () => {};
      renderer.mixer.stopAllAction();
    },
  };
}

/** Mean of the Gaussians' centres at rest, vertex plus offset: the origin of the exported camera. */
async function centre(viewer) {
  const {Vector3} = await import('three');
  const sum = new Vector3();
  const one = new Vector3();
  const count = viewer.splatMesh.getSplatCount();
  for (let i = 0; i < count; i++) {
    viewer.splatMesh.getSplatCenter(viewer.splatMesh.morphedMesh, i, one);
    sum.add(one);
  }
  return sum.divideScalar(count);
}

/** Sets a three.js camera from rows right, down, forward and a translation. */
function place(camera, scene) {
  const m = scene.worldToCamera;
  const eye = [0, 1, 2].map((i) => -(m[i] * m[3] + m[4 + i] * m[7] + m[8 + i] * m[11]));
  camera.fov = 2 * Math.atan(scene.height / 2 / scene.focal) * 180 / Math.PI;
  camera.aspect = scene.width / scene.height;
  camera.near = scene.near;
  camera.far = 1000;
  camera.up.set(-m[4], -m[5], -m[6]);
  camera.position.set(...eye);
  camera.lookAt(eye[0] + m[8], eye[1] + m[9], eye[2] + m[10]);
  camera.updateProjectionMatrix();
  camera.updateMatrixWorld();
}

/** Pixels of an image file. */
async function decode(url, width, height) {
  const image = new Image();
  image.src = url;
  await image.decode();
  if (image.width !== width || image.height !== height) {
    throw new Error(`image of ${image.width}x${image.height}: expected ${width}x${height}`);
  }
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  return base64(rgb(context.getImageData(0, 0, width, height).data, width, height, false));
}

function rgb(rgba, width, height, upsideDown) {
  const out = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const row = upsideDown ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        out[3 * (y * width + x) + c] = rgba[4 * (row * width + x) + c];
      }
    }
  }
  return out;
}

function base64(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(text);
}

function rendererName(gl) {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : gl.getParameter(gl.RENDERER);
}
